#!/usr/bin/env bash
# @TITLE@
# Usage: bash @FILE@ NODE      It may be run again after a failure: every part can be repeated.
# Needs ssh to NODE under that name, and sudo there without a password.
set -euo pipefail
node=$1
say() { printf '%s %s: %s\n' "$(date -u +%H:%M:%SZ)" "$node" "$*"; }
host() { { echo '{'; cat; echo '} </dev/null'; } | ssh -o BatchMode=yes "$node" sudo bash -euo pipefail -s; }
# Kubelet version, Ready, cordoned.
state() { kubectl get node "$node" -o json | jq -r '"\(.status.nodeInfo.kubeletVersion) \([.status.conditions[]|select(.type=="Ready")|.status]|first) \(.spec.unschedulable//false)"' || echo unknown; }
@SKIP@
@PREPARE@
say 'drain'
kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout=15m
say 'kubelet @VERSION@'
host <<'HOST'
@KUBELET@
HOST
say 'wait until the node is Ready with kubelet @VERSION@'
for try in $(seq 1 60); do
  now=$(state)
  case "$now" in '@VERSION@ True '*) break ;; esac
  sleep 5
done
case "$now" in '@VERSION@ True '*) ;; *) say "FAILED after 5 minutes: $now; the node stays cordoned" >&2; exit 1 ;; esac
say 'wait until the pods of kube-system on it are ready'
for try in $(seq 1 60); do
  waiting=$(kubectl -n kube-system get pods --field-selector "spec.nodeName=$node" -o json | jq -r '[.items[]|select(.status.phase!="Succeeded")|select([.status.conditions[]?|select(.type=="Ready")|.status]!=["True"])|.metadata.name]|join(" ")') || waiting=unknown
  if [ -z "$waiting" ]; then break; fi
  sleep 5
done
if [ -n "$waiting" ]; then say "FAILED, not ready after 5 minutes: $waiting; the node stays cordoned" >&2; exit 1; fi
kubectl uncordon "$node"
say 'done'
