image=registry.k8s.io/e2e-test-images/agnhost:2.53      # any image with a web server and wget; use your mirror
ns=upgrade-smoke-$RANDOM
kubectl create namespace "$ns"
kubectl -n "$ns" create deployment web --image="$image" --replicas=2 -- /agnhost netexec --http-port=8080
kubectl -n "$ns" rollout status deployment/web --timeout=180s
kubectl -n "$ns" expose deployment web --port=80 --target-port=8080
kubectl -n "$ns" run probe --rm -i --restart=Never --image="$image" --command -- sh -c 'nslookup web && wget -qO- http://web/hostname'
kubectl -n "$ns" delete pod -l app=web --wait=false
kubectl -n "$ns" rollout status deployment/web --timeout=180s
kubectl delete namespace "$ns" --timeout=120s
echo 'smoke test: passed'
