//! The register of codes: one for each kind of finding of an estimate.

use crate::finding::codes;

codes! {
    DoesNotFit = "EST001", Error, None,
        "steps that must stand together fit into no window";
    PastEndOfLife = "EST002", Warning, None,
        "a version runs past its end of life";
    TargetUnsupported = "EST003", Warning, None,
        "the target is past its end of life at the finish";
    DeadlineMissed = "EST004", Error, None,
        "the deadline does not hold";
    UnknownName = "EST005", Warning, None,
        "calendar or profile name what the plan does not have";
    PlansOwnMinutes = "EST006", Info, None,
        "the plan has minutes of its own";
    NewEtcdRests = "EST007", Warning, None,
        "an older API server stays on a newer minor of etcd";
}
