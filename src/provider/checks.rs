//! What must hold: every checkpoint as a typed probe. Nothing here changes anything.
//!
//! The jq programs run with jq 1.6 and later. The ids are stable; they say what is looked at.

use crate::plan::Checkpoint;
use crate::plan::Probe;
use crate::plan::ProbeKind;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::script::jq_text;

/// A checkpoint whose shell command is its probe's.
pub(super) fn check(
    id: &str,
    title: impl Into<String>,
    probe: Probe,
    expect: impl Into<String>,
) -> Checkpoint {
    let run = probe.shell();
    Checkpoint { id: id.to_owned(), title: title.into(), probe, run, expect: expect.into() }
}

/// A checkpoint that is a command on a host.
pub(super) fn on_host(
    id: &str,
    title: impl Into<String>,
    run: impl Into<String>,
    expect: impl Into<String>,
) -> Checkpoint {
    check(id, title, Probe::command(ProbeKind::Node, run), expect)
}

/// A checkpoint that a person answers; `run` is a command or a remark.
pub(super) fn by_hand(
    id: &str,
    title: impl Into<String>,
    run: impl Into<String>,
    expect: impl Into<String>,
) -> Checkpoint {
    check(id, title, Probe::command(ProbeKind::Manual, run), expect)
}

/// A pipeline that ends in a count, such that a question without an answer does not count as none.
pub(super) fn answered(pipeline: &str) -> String {
    format!("(set -o pipefail; {pipeline} || echo 'no answer')")
}

const READY: &str = r#"([.status.conditions[]?|select(.type=="Ready")|.status]|first)=="True""#;

/// P1, P2: every node is Ready and under no pressure.
pub(super) fn nodes_ready() -> Checkpoint {
    let jq = format!(
        r#"[.items[]|select(({READY}|not) or any(.status.conditions[]?;(.type|test("Pressure$|NetworkUnavailable")) and .status=="True"))|.metadata.name]"#
    );
    check(
        "nodes-ready",
        "every node is Ready, none reports pressure",
        Probe::api("nodes", None, &jq),
        "[]",
    )
}

/// P3: nothing was left cordoned.
pub(super) fn none_cordoned() -> Checkpoint {
    check(
        "none-cordoned",
        "no node is cordoned, except those that you keep so on purpose",
        Probe::api("nodes", None, "[.items[]|select(.spec.unschedulable==true)|.metadata.name]"),
        "[]",
    )
}

/// P4: the API answers.
pub(super) fn api_ready() -> Checkpoint {
    check("api-ready", "the API server is ready", Probe::raw("/readyz"), "ok")
}

/// P8: no budget that blocks a drain.
pub(super) fn disruption_budgets() -> Checkpoint {
    check(
        "disruption-budgets",
        "no PodDisruptionBudget blocks every eviction; where one does, its owner has a plan",
        Probe::api(
            "poddisruptionbudgets.policy",
            Some("*"),
            r#"[.items[]|select(.status.disruptionsAllowed==0 and .status.expectedPods>0)|.metadata.namespace+"/"+.metadata.name]"#,
        ),
        "[]",
    )
}

/// P9: no pod that a drain would refuse to delete.
pub(super) fn unmanaged_pods() -> Checkpoint {
    check(
        "unmanaged-pods",
        "no running pod without a controller: a drain refuses those",
        Probe::api(
            "pods",
            Some("*"),
            r#"[.items[]|select((.metadata.ownerReferences//[])==[] and .metadata.annotations["kubernetes.io/config.mirror"]==null and .status.phase=="Running")|.metadata.namespace+"/"+.metadata.name]"#,
        ),
        "[]",
    )
}

/// P11, V12: aggregated APIs answer.
pub(super) fn api_services() -> Checkpoint {
    check(
        "api-services",
        "every aggregated API is available",
        Probe::api(
            "apiservices.apiregistration.k8s.io",
            None,
            r#"[.items[]|select(([.status.conditions[]?|select(.type=="Available")|.status]|first)!="True")|.metadata.name]"#,
        ),
        "[]",
    )
}

/// P10, V11: every webhook that refuses on failure has a backend that answers.
pub(super) fn webhooks() -> Checkpoint {
    let run = r#"kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o json | jq -r '[.items[].webhooks[]?|select((.failurePolicy//"Fail")=="Fail")|.clientConfig.service//empty|"\(.namespace) \(.name)"]|unique[]' | while read -r namespace name; do kubectl -n "$namespace" get endpointslices -l "kubernetes.io/service-name=$name" -o json </dev/null | jq -e 'any(.items[].endpoints[]?;.conditions.ready!=false)' >/dev/null || echo "$namespace/$name"; done | wc -l"#;
    let title = "every webhook with `failurePolicy: Fail` has a ready backend";
    by_hand("webhooks", title, answered(run), "0")
}

/// P7, V13: nobody called an API that is gone in `minor`, as far as this API server remembers.
pub(super) fn removed_apis(minor: MinorVersion) -> Checkpoint {
    let run = format!(
        r#"kubectl get --raw /metrics | awk -v t={} '/^apiserver_requested_deprecated_apis\{{/ && /\}} 1$/ && match($0, /removed_release="1\.[0-9]+"/) {{ r = substr($0, RSTART + 19, RLENGTH - 20); if (r + 0 <= t) {{ print > "/dev/stderr"; n++ }} }} END {{ print n + 0 }}'"#,
        minor.number()
    );
    by_hand(
        "removed-apis",
        format!("nobody has called an API that is gone in {minor} since this API server started"),
        answered(&run),
        "0",
    )
}

/// V3: the pods of the system run.
pub(super) fn system_pods() -> Checkpoint {
    check(
        "system-pods",
        "every pod of kube-system runs and is ready",
        Probe::api(
            "pods",
            Some("kube-system"),
            r#"[.items[]|select(.status.phase!="Succeeded")|select(.status.phase!="Running" or any(.status.containerStatuses[]?;.ready|not))|.metadata.name]"#,
        ),
        "[]",
    )
}

/// No pod waits for a place: what was drained found room.
pub(super) fn nothing_unschedulable() -> Checkpoint {
    check(
        "nothing-unschedulable",
        "no pod waits for a node",
        Probe::api(
            "pods",
            Some("*"),
            r#"[.items[]|select(.status.phase=="Pending" and any(.status.conditions[]?;.reason=="Unschedulable"))|.metadata.namespace+"/"+.metadata.name]"#,
        ),
        "[]",
    )
}

const COMPONENTS: &str = r#"select(.metadata.labels.component|IN("kube-apiserver","kube-controller-manager","kube-scheduler"))"#;
const TAG: &str = r#"(.spec.containers[0].image|sub("@.*$";"")|split(":")|last)"#;
const POD_READY: &str = r#"([.status.conditions[]?|select(.type=="Ready")|.status]|first)"#;

/// V2, V4: the three static pods of one node run the version and are ready; the kubelet asks each
/// API server for its own `/readyz`.
pub(super) fn static_pods_of(node: &str, version: &KubernetesVersion) -> Checkpoint {
    let jq = format!(
        "[.items[]|select(.spec.nodeName=={})|{COMPONENTS}|[.metadata.labels.component,{TAG},{POD_READY}]]|sort",
        jq_text(node)
    );
    let version = version.upstream();
    check(
        "static-pods",
        format!("the three control-plane pods of {node} run {version} and are ready"),
        Probe::api("pods", Some("kube-system"), &jq).labelled("tier=control-plane"),
        format!(
            r#"[["kube-apiserver","{version}","True"],["kube-controller-manager","{version}","True"],["kube-scheduler","{version}","True"]]"#
        ),
    )
}

/// V2 for all nodes.
pub(super) fn static_pods(nodes: usize, version: &KubernetesVersion) -> Checkpoint {
    let version = version.upstream();
    let jq = format!(
        r#"[.items[]|{COMPONENTS}|select({TAG}=="{version}" and {POD_READY}=="True")]|length"#
    );
    check(
        "control-plane-version",
        format!("kube-apiserver, controller-manager and scheduler run {version} on every node"),
        Probe::api("pods", Some("kube-system"), &jq).labelled("tier=control-plane"),
        (3 * nodes.max(1)).to_string(),
    )
}

/// V5: the static pods have settled.
pub(super) fn no_young_containers(node: &str) -> Checkpoint {
    let jq = format!(
        r#"[.items[]|select(.spec.nodeName=={})|.status.containerStatuses[]?|select(((.state.running.startedAt//"2100-01-01T00:00:00Z")|fromdateiso8601)>(now-120))|.name]"#,
        jq_text(node)
    );
    check(
        "no-restarts",
        format!(
            "no control-plane container of {node} started in the last two minutes: wait for it"
        ),
        Probe::api("pods", Some("kube-system"), &jq).labelled("tier=control-plane"),
        "[]",
    )
}

/// V10: somebody leads, and renews in time.
pub(super) fn leases() -> Checkpoint {
    let jq = r#"[.items[]|select(.metadata.name|IN("kube-scheduler","kube-controller-manager"))|select(((.spec.holderIdentity//"")=="") or ((now-(.spec.renewTime|sub("[.][0-9]+Z$";"Z")|fromdateiso8601))>(2*.spec.leaseDurationSeconds)))|.metadata.name]"#;
    check(
        "leases",
        "controller-manager and scheduler hold and renew their leases (needs a clock that is right)",
        Probe::api("leases.coordination.k8s.io", Some("kube-system"), jq),
        "[]",
    )
}

/// V14: what kubeadm believes.
pub(super) fn cluster_configuration(version: &KubernetesVersion) -> Checkpoint {
    check(
        "cluster-configuration",
        "kubeadm's record of the cluster names the version",
        Probe::api(
            "configmaps",
            Some("kube-system"),
            r#".data.ClusterConfiguration|capture("kubernetesVersion: (?<v>[0-9A-Za-z.+-]+)").v"#,
        )
        .named("kubeadm-config"),
        format!("\"{}\"", version.upstream()),
    )
}

/// V6: kube-proxy runs the version everywhere.
pub(super) fn kube_proxy(version: &KubernetesVersion) -> Checkpoint {
    let jq = r#".status as $s|[(.spec.template.spec.containers[0].image|sub("@.*$";"")|split(":")|last),(.metadata.generation==$s.observedGeneration and ($s.updatedNumberScheduled//0)==$s.desiredNumberScheduled and ($s.numberAvailable//0)==$s.desiredNumberScheduled)]"#;
    check(
        "kube-proxy",
        "kube-proxy has rolled out to every node",
        Probe::api("daemonsets.apps", Some("kube-system"), jq).named("kube-proxy"),
        format!("[\"{}\",true]", version.upstream()),
    )
}

/// V7: `CoreDNS` has rolled out; its tag where it is known.
pub(super) fn coredns(tag: Option<&str>) -> Checkpoint {
    const ROLLED: &str = ".metadata.generation==$s.observedGeneration and $s.updatedReplicas==$r and $s.availableReplicas==$r and $s.replicas==$r";
    let (jq, expect) = match tag {
        Some(tag) => (
            format!(
                r#".spec.replicas as $r|.status as $s|[(.spec.template.spec.containers[0].image|split(":")|last),({ROLLED})]"#
            ),
            format!("[{},true]", jq_text(tag)),
        ),
        None => (format!(".spec.replicas as $r|.status as $s|({ROLLED})"), "true".to_owned()),
    };
    check(
        "coredns",
        "CoreDNS has rolled out",
        Probe::api("deployments.apps", Some("kube-system"), &jq).named("coredns"),
        expect,
    )
}

/// V9: no kubelet at a version that the plan does not leave here.
pub(super) fn kubelets(after: &[KubernetesVersion]) -> Checkpoint {
    let allowed: Vec<String> = after.iter().map(|version| jq_text(&version.to_string())).collect();
    let (list, words) = (allowed.join(","), allowed.join(" or ").replace('"', ""));
    check(
        "kubelets",
        format!("every kubelet runs {words}"),
        Probe::api(
            "nodes",
            None,
            &format!(
                "[.items[]|select(.status.nodeInfo.kubeletVersion|IN({list})|not)|.metadata.name]"
            ),
        ),
        "[]",
    )
}

/// V8 for a few named nodes: Ready, at the version, schedulable.
pub(super) fn nodes_at(names: &[&str], version: &KubernetesVersion) -> Checkpoint {
    let list = names.iter().map(|name| jq_text(name)).collect::<Vec<_>>().join(",");
    let jq = format!(
        r#"[.items[]|select(.metadata.name|IN({list}))|select(.status.nodeInfo.kubeletVersion!="{}" or ({READY}|not) or .spec.unschedulable==true)|.metadata.name]"#,
        version.upstream()
    );
    check(
        "nodes-at-version",
        format!("these nodes are Ready, schedulable and run kubelet {}", version.upstream()),
        Probe::api("nodes", None, &jq),
        "[]",
    )
}

/// V8 for the nodes of the file `$LIST`.
pub(super) fn pool_at(version: &KubernetesVersion) -> Checkpoint {
    let run = format!(
        r#"kubectl get nodes -o json | jq -c --rawfile names "$LIST" '($names|split("\n")) as $n|[.items[]|select(.metadata.name|IN($n[]))|select(.status.nodeInfo.kubeletVersion!="{}" or ({READY}|not) or .spec.unschedulable==true)|.metadata.name]'"#,
        version.upstream()
    );
    by_hand(
        "pool-at-version",
        format!(
            "every node of the pool is Ready, schedulable and runs kubelet {}",
            version.upstream()
        ),
        run,
        "[]",
    )
}
