//! The register of codes: one for each kind of finding of a plan.

use crate::finding::codes;
use crate::policy::RuleId;

codes! {
    ApiserversApart = "SKEW001", Error, Some(RuleId::ApiserverHa),
        "kube-apiservers are further apart than one minor";
    Controllers = "SKEW002", Error, Some(RuleId::Controllers),
        "a controller manager or scheduler does not fit its kube-apiserver";
    KubeletTooOld = "SKEW003", Error, Some(RuleId::Kubelet),
        "a kubelet is too old for the newest kube-apiserver";
    KubeletTooNew = "SKEW004", Error, Some(RuleId::Kubelet),
        "a kubelet is newer than the oldest kube-apiserver";
    KubeProxy = "SKEW005", Error, Some(RuleId::KubeProxy),
        "kube-proxy does not fit a kube-apiserver";
    KubeProxyKubelet = "SKEW006", Error, Some(RuleId::KubeProxyKubelet),
        "kube-proxy does not fit the kubelet of its node";
    Kubectl = "SKEW007", Error, Some(RuleId::Kubectl),
        "kubectl does not fit a kube-apiserver";
    KubeadmProxyFirst = "SKEW008", Warning, Some(RuleId::KubeadmAddons),
        "kubeadm moves kube-proxy ahead of the API servers that still wait";
    FromDiffers = "PATH001", Error, None,
        "a transition does not start where the replay stands";
    UnknownTarget = "PATH002", Error, None,
        "a target is not there, or does not run the component that changes";
    SkippedMinor = "PATH003", Error, Some(RuleId::OneMinor),
        "a kube-apiserver skips a minor";
    Downgrade = "PATH004", Error, Some(RuleId::OneMinor),
        "a component goes back to an older version";
    HopsApart = "PATH005", Error, None,
        "the hops do not join into one way from start to target";
    WideHop = "PATH006", Error, Some(RuleId::OneMinor),
        "a hop crosses more than one minor";
    HopIncomplete = "PATH007", Error, Some(RuleId::OneMinor),
        "a hop ends before every kube-apiserver has finished it";
    TargetMissed = "PATH008", Error, None,
        "the plan ends before everything is at the target";
    FinalState = "PATH009", Error, None,
        "the final state is not what the steps lead to";
    HopVersions = "PATH010", Error, None,
        "the version table of a hop is not what the steps lead to";
    EtcdSkippedMinor = "ETCD001", Error, Some(RuleId::EtcdOneMinor),
        "an etcd member skips a minor";
    EtcdFloor = "ETCD002", Error, Some(RuleId::EtcdEntryFloor),
        "etcd enters a minor from below its entry floor";
    EtcdMixed = "ETCD003", Error, Some(RuleId::EtcdOneVersion),
        "etcd enters a minor while its members run several versions";
    EtcdDowngrade = "ETCD004", Error, Some(RuleId::EtcdOneMinor),
        "an etcd member goes back to an older version";
    EtcdMinimum = "ETCD005", Error, Some(RuleId::EtcdMinimum),
        "etcd is older than the Kubernetes release accepts";
    EtcdKnownBad = "ETCD006", Error, Some(RuleId::EtcdKnownBad),
        "the plan stops at an etcd release that is known to be bad";
    EtcdTogether = "ETCD007", Error, Some(RuleId::EtcdFirst),
        "etcd and a kube-apiserver change in one step";
    EtcdHalfWay = "ETCD008", Error, Some(RuleId::EtcdFirst),
        "etcd changes while the control plane is half way through a hop";
    EtcdLate = "ETCD009", Error, Some(RuleId::EtcdFirst),
        "etcd changes after the API servers of its hop";
    NoBackup = "ETCD010", Error, Some(RuleId::EtcdBackup),
        "etcd or the control plane changes without a fresh backup";
    NoSoak = "ETCD011", Error, Some(RuleId::Soak),
        "a new etcd minor is not watched before the next change";
    EtcdDefault = "ETCD012", Warning, Some(RuleId::EtcdDefault),
        "etcd is older than what kubeadm deploys with the release";
    EtcdTooNew = "ETCD013", Warning, Some(RuleId::EtcdAccepted),
        "etcd is newer than the Kubernetes release is known to work with";
    RankFalls = "ORDER001", Error, Some(RuleId::Order),
        "the steps of a hop are not in the canonical order";
    TransitionOrder = "ORDER002", Error, Some(RuleId::Order),
        "the transitions of a step are not in the canonical order";
    NoDrain = "ORDER003", Error, Some(RuleId::KubeletDrain),
        "a kubelet changes its minor on a node that is not drained";
    NoPreflight = "ORDER004", Error, Some(RuleId::Preflight),
        "a hop does not start with a preflight";
    NoGate = "ORDER005", Error, Some(RuleId::GoNoGo),
        "a hop changes something before its gate";
    Parallel = "ORDER006", Error, Some(RuleId::EtcdOneVersion),
        "instances of etcd or the control plane change in parallel";
    KubeadmKubelets = "TOOL001", Error, Some(RuleId::KubeadmKubelets),
        "kubeadm refuses the upgrade while a kubelet is this old";
    KnownBad = "REL001", Error, Some(RuleId::NewestPatch),
        "the plan stops at a release that is known to be bad";
    UnknownMinor = "REL002", Error, None,
        "the catalog does not know the minor";
    UnknownPatch = "REL003", Warning, None,
        "the catalog does not know the patch";
    EndOfLife = "REL004", Warning, None,
        "the target is past its end of life";
    OptionIgnored = "REL005", Error, None,
        "the plan does not keep to the versions that were asked for";
    NoCheckpoint = "DOC001", Error, None,
        "a step has no checkpoint";
    NoReason = "DOC002", Error, None,
        "a step does not say why it stands here";
    NoAbort = "DOC003", Error, None,
        "a step does not say when to stop";
    NoRollback = "DOC004", Error, None,
        "a step says nothing of the way back";
    ProbeDiffers = "DOC005", Error, None,
        "the command of a checkpoint is not that of its probe";
    StepIds = "DOC006", Error, None,
        "hops or steps are not numbered by their place";
    KindDiffers = "DOC007", Error, None,
        "the kind of a step does not fit what it changes";
    EmptyCommand = "DOC008", Error, None,
        "a command is empty";
    DurationOrder = "DOC009", Error, None,
        "the durations of a step do not rise";
    SummaryDiffers = "DOC010", Error, None,
        "the summary does not add up";
    UnknownRule = "DOC011", Error, None,
        "a reason names a rule that does not exist";
    DuplicateTarget = "DOC012", Error, None,
        "a step names a target twice";
    StateDiffers = "DOC013", Error, None,
        "a state contradicts itself";
    Resumption = "DOC014", Error, None,
        "the plan was not taken up again where it says";
    InventoryMoved = "BASIS001", Warning, None,
        "the inventory is not the one that the plan was made from";
    CatalogMoved = "BASIS002", Warning, None,
        "the catalog is not the one that the plan was made with";
    ToolMoved = "BASIS003", Warning, None,
        "the plan was made by another version of the program";
    InstanceMoved = "BASIS004", Error, None,
        "an instance is not as the plan has it";
}
