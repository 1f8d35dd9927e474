//! The register of codes: one for each kind of finding of a cluster.

use crate::finding::codes;
use crate::policy::RuleId;

codes! {
    ApiserversApart = "AUDIT001", Error, Some(RuleId::ApiserverHa),
        "kube-apiservers are more than one minor apart";
    HalfWay = "AUDIT002", Warning, Some(RuleId::LevelFirst),
        "the control plane is half way through a hop";
    Controllers = "AUDIT003", Error, Some(RuleId::Controllers),
        "a controller manager or scheduler is outside its range";
    ControllersLag = "AUDIT004", Warning, Some(RuleId::Controllers),
        "a controller manager or scheduler lags behind its kube-apiserver";
    KubeletTooOld = "AUDIT005", Error, Some(RuleId::Kubelet),
        "a kubelet is too old for a kube-apiserver";
    KubeletTooNew = "AUDIT006", Error, Some(RuleId::Kubelet),
        "a kubelet is newer than the oldest kube-apiserver";
    KubeProxy = "AUDIT007", Error, Some(RuleId::KubeProxy),
        "kube-proxy is outside its range";
    KubeProxyKubelet = "AUDIT008", Error, Some(RuleId::KubeProxyKubelet),
        "kube-proxy is too far from the kubelet of its node";
    Kubectl = "AUDIT009", Error, Some(RuleId::Kubectl),
        "kubectl is outside its range";
    KubeletEdge = "AUDIT010", Warning, Some(RuleId::Kubelet),
        "a kubelet at the edge of its range blocks the next hop";
    KubeadmWindow = "AUDIT011", Warning, Some(RuleId::KubeadmKubelets),
        "kubeadm refuses the next hop while a kubelet is this old";
    KubeProxyEdge = "AUDIT012", Warning, Some(RuleId::KubeProxy),
        "kube-proxy at the edge of its range blocks the next hop";
    KubectlEdge = "AUDIT013", Warning, Some(RuleId::Kubectl),
        "kubectl at the edge of its range falls out of it with the next hop";
    Stragglers = "AUDIT014", Warning, Some(RuleId::LevelFirst),
        "kubelets run different versions";
    KubeProxyRollout = "AUDIT015", Warning, Some(RuleId::KubeadmAddons),
        "the rollout of kube-proxy is not finished";
    EtcdVersions = "AUDIT020", Warning, Some(RuleId::EtcdOneVersion),
        "the members of etcd run different versions";
    EtcdEven = "AUDIT021", Warning, None,
        "etcd has an even number of members";
    EtcdSingle = "AUDIT022", Info, None,
        "etcd has a single member";
    EtcdProblem = "AUDIT023", Error, Some(RuleId::EtcdOneVersion),
        "a member of etcd reports a problem";
    EtcdFloor = "AUDIT024", Warning, Some(RuleId::EtcdEntryFloor),
        "etcd is below the entry floor of the minor that it enters next";
    EtcdMinimum = "AUDIT025", Warning, Some(RuleId::EtcdMinimum),
        "etcd is older than a Kubernetes minor takes";
    EndOfLife = "AUDIT030", Warning, None,
        "a minor is past its end of life";
    EndOfLifeSoon = "AUDIT031", Warning, None,
        "a minor reaches its end of life soon";
    UnknownRelease = "AUDIT032", Info, None,
        "the catalog does not know a release";
    KnownBad = "AUDIT033", Error, Some(RuleId::NewestPatch),
        "a release that is known to be bad is in use";
    EtcdKnownBad = "AUDIT034", Error, Some(RuleId::EtcdKnownBad),
        "an etcd release that is known to be bad is in use";
    ImagePin = "AUDIT040", Warning, None,
        "an image tag in kubeadm-config holds an upgrade back";
    FeatureGate = "AUDIT041", Error, None,
        "a feature gate in the configuration stops a component";
    RemovedFlag = "AUDIT042", Error, None,
        "a flag in the configuration is gone";
    AdmissionPlugin = "AUDIT043", Error, None,
        "an admission plugin in the configuration is gone";
    RuntimeConfig = "AUDIT044", Warning, None,
        "an API that runtime-config names is gone";
    KubeadmVersion = "AUDIT045", Warning, Some(RuleId::KubeadmOneMinor),
        "kubeadm-config records another version than runs";
    KubeadmApi = "AUDIT046", Warning, None,
        "kubeadm of the next minor does not read the configuration";
    NotReady = "AUDIT050", Warning, None,
        "nodes are not ready";
    Cordoned = "AUDIT051", Warning, None,
        "nodes are cordoned";
    Hazard = "AUDIT052", Error, None,
        "the next hop breaks nodes as they are";
    HazardsOpen = "AUDIT053", Info, None,
        "the next hop has hazards that an inventory cannot settle";
    UnknownVersion = "AUDIT060", Warning, None,
        "a version is not known";
    Unknown = "AUDIT061", Info, None,
        "something could not be found out";
    VendorBuild = "AUDIT062", Info, None,
        "a vendor's build runs, with an upgrade procedure of its own";
    HopsBetween = "AUDIT063", Warning, Some(RuleId::OneMinor),
        "the supposed version is more than one hop away";
    BaselineExpired = "AUDIT070", Warning, None,
        "an entry of the baseline has expired";
    BaselineUnused = "AUDIT071", Info, None,
        "an entry of the baseline matches nothing";
}
