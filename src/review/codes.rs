//! The register of codes: one for each kind of finding of a review that the verifier does not make.

use crate::finding::codes;
use crate::policy::RuleId;

codes! {
    OtherCluster = "REV001", Error, None,
        "the cluster is run in another way than the plan is for";
    Gone = "REV002", Error, None,
        "an instance of the plan is gone";
    Moved = "REV003", Error, None,
        "an instance runs another version than the plan starts from";
    New = "REV004", Warning, None,
        "an instance is not in the plan";
    Underway = "REV005", Info, None,
        "the plan is under way";
    LookedAtLongAgo = "REV006", Warning, None,
        "the cluster was looked at long ago";
    TakenUp = "REV007", Info, None,
        "the plan was taken up again";
    NewerPatch = "REV010", Info, Some(RuleId::NewestPatch),
        "a newer patch is out than the one that the plan stops at";
    NewFault = "REV011", Warning, Some(RuleId::NewestPatch),
        "a fault of a stop is known that the plan does not name";
    NewHazard = "REV012", Warning, None,
        "a hazard of a hop is known that the plan does not name";
    EndOfLife = "REV013", Warning, None,
        "the target gets no fixes, or soon gets none";
    OldData = "REV014", Warning, None,
        "the data are older than the review";
    Assumption = "REV020", Warning, None,
        "the plan rests on something that is not known";
    Unconfirmed = "REV021", Info, None,
        "a hazard of the plan has no confirmed source";
    Mistake = "REV030", Warning, None,
        "a common mistake is in the plan";
    NotTold = "REV031", Info, None,
        "the plan does not tell whether a common mistake is in it";
    Strategy = "REV040", Error, None,
        "the policy asks for another strategy";
    SoakShort = "REV041", Error, Some(RuleId::Soak),
        "a soak is shorter than the policy asks for";
    ZeroPatch = "REV042", Error, None,
        "the plan stops at the first patch of a minor, which the policy forbids";
    PatchAge = "REV043", Warning, None,
        "a patch is younger than the policy asks for";
    Unsupported = "REV044", Error, None,
        "the target is past its end of life, which the policy forbids";
    DrainsPerWindow = "REV045", Error, None,
        "more nodes are drained in a window than the policy permits";
    DrainsNotKnown = "REV046", Warning, None,
        "how many nodes a window drains is not known";
    Approval = "REV047", Warning, None,
        "an approval is missing";
    Acknowledgement = "REV048", Warning, None,
        "a hazard is not acknowledged";
    AcknowledgementExpired = "REV049", Warning, None,
        "the acknowledgement of a hazard has expired";
    UnusedEntry = "REV050", Info, None,
        "an entry of the policy has no effect";
}
