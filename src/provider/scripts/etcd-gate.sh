#!/usr/bin/env bash
# Waits until etcd is whole: @MEMBERS@ healthy members, no learner, one leader, one term, no alarm, nobody
# more than 1000 entries behind. Gives up after five minutes. Changes nothing.
set -uo pipefail
etcdctl() { @ETCDCTL@ "$@" </dev/null 2>/dev/null; }
for try in $(seq 1 30); do
  health=$(etcdctl endpoint health --cluster -w json | jq -c '[length, all(.[];.health)]')
  members=$(etcdctl member list -w json | jq -c '[(.members|length), all(.members[];(.isLearner//false)|not)]')
  alarms=$(etcdctl alarm list -w json | jq -c '(.alarms//[])|length')
  status=$(etcdctl endpoint status --cluster -w json)
  raft=$(printf '%s' "$status" | jq -c '([.[].Status.leader]|unique|length)==1 and (.[0].Status.leader//0)!=0 and ([.[].Status.raftTerm]|unique|length)==1 and ([.[].Status.raftIndex]|max-min)<=1000 and all(.[];(.Status.raftIndex-.Status.raftAppliedIndex)<=1000 and ((.Status.errors//[])|length)==0)')
  if [ "$health $members $alarms $raft" = '[@MEMBERS@,true] [@MEMBERS@,true] 0 true' ]; then
    printf '%s' "$status" | jq -r 'sort_by(.Status.leader==.Status.header.member_id)[]|"\(.Endpoint)  etcd \(.Status.version)  \(if .Status.leader==.Status.header.member_id then "leader" else "follower" end)"'
    echo 'etcd gate: passed'
    exit 0
  fi
  sleep 10
done
echo "etcd gate: FAILED. health $health, members and no learner $members, alarms $alarms, raft $raft" >&2
exit 1
