//! The verdict follows from the findings, and from nothing else.

use crate::diagnostic::Severity;
use crate::estimate;
use crate::finding::Finding;
use crate::verify;

use super::codes::codes;
use super::model::Reason;
use super::model::ReasonItem;
use super::model::Verdict;

/// Warnings that are no condition. The time in which kubeadm's kube-proxy runs ahead cannot be avoided
/// with it; that the data or the program moved on is only a cause: what follows from it has findings of
/// its own.
const NO_CONDITION: [&str; 4] = ["SKEW008", "BASIS001", "BASIS002", "BASIS003"];

/// An error is a reason to reject, a warning a condition.
pub(super) fn verdict(findings: &[Finding]) -> (Verdict, Vec<Reason>) {
    let mut reasons: Vec<Reason> = Vec::new();
    for finding in findings {
        let verdict = match finding.severity {
            Severity::Error => Verdict::Reject,
            Severity::Warning if !NO_CONDITION.contains(&finding.code) => Verdict::Conditions,
            Severity::Warning | Severity::Info => continue,
        };
        let item = ReasonItem {
            subject: finding.subject.clone(),
            text: finding.message.clone(),
            to_do: finding.help.clone(),
        };
        let known = reasons.iter_mut().find(|it| it.code == finding.code && it.verdict == verdict);
        match known {
            Some(reason) => reason.items.push(item),
            None => reasons.push(Reason {
                verdict,
                code: finding.code,
                title: title(finding.code),
                items: vec![item],
            }),
        }
    }
    // Stable: what rejects comes first.
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.verdict));
    let worst = reasons.iter().map(|reason| reason.verdict).max();
    (worst.unwrap_or(Verdict::Approve), reasons)
}

/// What a code says, in a few words.
fn title(code: &str) -> &'static str {
    let mut known = codes().chain(verify::codes()).chain(estimate::codes());
    known.find(|entry| entry.code == code).map_or("", |entry| entry.title)
}

#[cfg(test)]
mod tests {
    use super::Verdict;
    use super::verdict;
    use crate::diagnostic::Severity;
    use crate::finding::Finding;

    fn finding(code: &'static str, severity: Severity) -> Finding {
        Finding {
            code,
            severity,
            subject: "step 1.01".to_owned(),
            message: "message".to_owned(),
            help: "help".to_owned(),
            source: String::new(),
        }
    }

    #[test]
    fn the_worst_finding_decides() {
        for (findings, expected, reasons) in [
            (vec![], Verdict::Approve, 0),
            (vec![finding("REV005", Severity::Info)], Verdict::Approve, 0),
            (vec![finding("SKEW008", Severity::Warning)], Verdict::Approve, 0),
            (vec![finding("REV020", Severity::Warning)], Verdict::Conditions, 1),
            (
                vec![finding("REV020", Severity::Warning), finding("SKEW003", Severity::Error)],
                Verdict::Reject,
                2,
            ),
            (
                vec![finding("REV020", Severity::Warning), finding("REV020", Severity::Warning)],
                Verdict::Conditions,
                1,
            ),
        ] {
            let (verdict, given) = verdict(&findings);
            assert_eq!((verdict, given.len()), (expected, reasons), "{findings:?}");
        }
        let both = [finding("REV020", Severity::Warning), finding("SKEW003", Severity::Error)];
        assert_eq!(verdict(&both).1[0].code, "SKEW003", "what rejects comes first");
    }
}
