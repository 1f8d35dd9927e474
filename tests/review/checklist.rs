//! The common mistakes: each made in a good plan, and found.

use kubehop::component::Component;
use kubehop::plan::Disruption;
use kubehop::plan::Plan;
use kubehop::plan::StepKind;
use kubehop::review::CheckResult;
use kubehop::review::Verdict;

use crate::good::Case;
use crate::good::found;
use crate::good::mover;
use crate::good::place;
use crate::good::reasons;
use crate::good::steps;

pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    ["REV030", "REV031"].into_iter()
}

#[test]
fn a_good_plan_is_approved() {
    let review = Case::new().review();
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
    assert!(review.reasons.is_empty());
    for item in &review.checklist {
        assert_eq!(item.result, CheckResult::Pass, "{}: {}", item.id, item.evidence);
        assert!(item.source.starts_with("https://"), "{}", item.id);
    }
    assert!(review.drift.is_empty(), "{:#?}", review.drift);
}

type Edit = fn(&mut Plan);

/// Takes the checkpoints of the first preflight and the first gate that an item needs.
fn forget(plan: &mut Plan, ids: &[&str]) {
    for step in &mut plan.hops[0].steps {
        step.checkpoints.retain(|checkpoint| !ids.contains(&checkpoint.id.as_str()));
    }
}

/// The item, the edit, and the codes of all reasons: none but that of the checklist, or those of the
/// verifier where it reports the same fault.
fn cases() -> Vec<Mistake> {
    [found_here(), found_by_the_verifier()].concat()
}

/// The item, the edit, and the codes of all reasons.
type Mistake = (&'static str, Edit, &'static [&'static str]);

/// Mistakes that the verifier does not look for.
fn found_here() -> Vec<Mistake> {
    vec![
        ("removed-apis", |plan| forget(plan, &["removed-apis"]), &["REV030"]),
        ("certificates", |plan| forget(plan, &["certificates"]), &["REV030"]),
        ("webhooks", |plan| forget(plan, &["webhooks"]), &["REV030"]),
        ("disruption-budgets", |plan| forget(plan, &["disruption-budgets"]), &["REV030"]),
        (
            "snapshot-checked",
            |plan| {
                let at = place(plan, 1, StepKind::Backup);
                let step = &mut steps(plan, 1)[at];
                step.checkpoints.retain(|checkpoint| checkpoint.id != "snapshot-readable");
            },
            &["REV030"],
        ),
        (
            "proven",
            |plan| {
                // The steps after the last hop prove that one.
                let at = place(plan, 0, StepKind::Validate);
                steps(plan, 0).remove(at);
            },
            &["REV030"],
        ),
        (
            "canary",
            |plan| {
                let step = steps(plan, 0).iter_mut().find(|step| step.pool.is_some()).unwrap();
                let batch = step.batch.as_mut().unwrap();
                (batch.size, batch.canary) = (step.targets.len() as u64, 0);
            },
            &["REV030"],
        ),
        (
            "no-mixed-rest",
            |plan| {
                let soak = place(plan, 0, StepKind::Soak);
                let step = steps(plan, 0)[soak].clone();
                let at = mover(plan, 0, Component::KubeApiserver);
                steps(plan, 0).insert(at + 1, step);
            },
            &["REV030"],
        ),
    ]
}

/// Mistakes that the verifier reports: the item fails, and adds no reason of its own.
fn found_by_the_verifier() -> Vec<Mistake> {
    vec![
        (
            "gate-before-change",
            |plan| {
                let at = place(plan, 0, StepKind::Gate);
                steps(plan, 0).remove(at);
            },
            &["ORDER005"],
        ),
        (
            "gate-before-no-return",
            |plan| {
                let at = place(plan, 0, StepKind::Gate);
                steps(plan, 0).remove(at);
            },
            &["ORDER005"],
        ),
        (
            "preflight-first",
            |plan| {
                let at = place(plan, 1, StepKind::Preflight);
                let step = steps(plan, 1).remove(at);
                // What else it looks at is looked at by the gate.
                let gate = place(plan, 1, StepKind::Gate);
                steps(plan, 1)[gate].checkpoints.extend(step.checkpoints);
            },
            &["ORDER004"],
        ),
        (
            "snapshot-before-etcd",
            |plan| {
                let at = place(plan, 1, StepKind::Backup);
                steps(plan, 1).remove(at);
            },
            &["ETCD010"],
        ),
        (
            "snapshot-before-control-plane",
            |plan| steps(plan, 0).retain(|step| step.kind != StepKind::Backup),
            &["ETCD010"],
        ),
        (
            "soak-after-etcd",
            |plan| {
                let at = place(plan, 1, StepKind::Soak);
                steps(plan, 1).remove(at);
            },
            &["ETCD011"],
        ),
        (
            "drained",
            |plan| {
                let at = mover(plan, 0, Component::Kubelet);
                steps(plan, 0)[at].disruption = Disruption::None;
            },
            &["ORDER003"],
        ),
        (
            "way-back",
            |plan| {
                let at = mover(plan, 0, Component::KubeApiserver);
                steps(plan, 0)[at].rollback.commands.clear();
                steps(plan, 0)[at].rollback.text = None;
            },
            &["DOC004"],
        ),
        (
            "controllers-after-apiservers",
            |plan| {
                let at = mover(plan, 0, Component::KubeApiserver);
                steps(plan, 0)[at].transitions.swap(0, 1);
            },
            &["SKEW002"],
        ),
    ]
}

#[test]
fn one_edit_gives_exactly_its_reason() {
    for (id, edit, codes) in cases() {
        let review = Case::edited(edit).review();
        let item = review.checklist.iter().find(|item| item.id == id).unwrap();
        assert_eq!(item.result, CheckResult::Fail, "{id}: {}", item.evidence);
        let given: Vec<&str> = reasons(&review).into_iter().collect();
        assert_eq!(given, codes, "{id}: {:#?}", review.reasons);
        let mistakes = review.reasons.iter().find(|reason| reason.code == "REV030");
        let subjects = mistakes.map(|it| it.items.iter().map(|item| item.subject.as_str()));
        let subjects: Vec<&str> = subjects.into_iter().flatten().collect();
        if *codes == ["REV030"] {
            assert_eq!(subjects, [id], "nothing else fails");
        }
        let verdict = if *codes == ["REV030"] { Verdict::Conditions } else { Verdict::Reject };
        assert_eq!(review.verdict, verdict, "{id}");
    }
}

/// These edits break more than one rule at once: the item sees it all the same.
#[test]
fn mistakes_that_bring_others_are_seen() {
    let cases: [(&str, Edit); 7] = [
        ("etcd-before-apiservers", |plan| {
            let etcd = mover(plan, 1, Component::Etcd);
            let step = steps(plan, 1).remove(etcd);
            let last = steps(plan, 1).iter().rposition(|step| {
                step.transitions.iter().any(|at| at.component == Component::KubeApiserver)
            });
            steps(plan, 1).insert(last.unwrap() + 1, step);
        }),
        ("no-minor-skipped", |plan| {
            let at = mover(plan, 0, Component::KubeApiserver);
            let to = plan.hops[1].to.clone();
            steps(plan, 0)[at].transitions[0].to = to.into();
        }),
        ("etcd-apart", |plan| {
            let etcd = mover(plan, 1, Component::Etcd);
            let transition = steps(plan, 1)[etcd].transitions[0].clone();
            let at = mover(plan, 1, Component::KubeApiserver);
            steps(plan, 1)[at].transitions.insert(0, transition);
            steps(plan, 1).remove(etcd);
        }),
        ("kubelet-not-ahead", |plan| {
            let kubelet = steps(plan, 0).iter().position(|step| step.pool.is_some()).unwrap();
            let step = steps(plan, 0).remove(kubelet);
            let at = mover(plan, 0, Component::KubeApiserver);
            steps(plan, 0).insert(at, step);
        }),
        ("no-node-left-behind", |plan| {
            let at = steps(plan, 1).iter().position(|step| step.pool.is_some()).unwrap();
            steps(plan, 1).remove(at);
        }),
        ("clients", |plan| {
            for hop in 0..2 {
                steps(plan, hop).retain(|step| step.kind != StepKind::Client);
            }
        }),
        ("proven", |plan| {
            for hop in 0..2 {
                steps(plan, hop).retain(|step| step.kind != StepKind::Soak);
            }
        }),
    ];
    for (id, edit) in cases {
        let review = Case::edited(edit).review();
        let item = review.checklist.iter().find(|item| item.id == id).unwrap();
        assert_eq!(item.result, CheckResult::Fail, "{id}: {}", item.evidence);
        assert!(!item.steps.is_empty() || id.starts_with("no-node"), "{id}");
        assert_ne!(review.verdict, Verdict::Approve, "{id}");
    }
}

#[test]
fn what_the_plan_does_not_tell_is_no_reason() {
    let review = Case::edited(|plan| forget(plan, &["staging"])).review();
    let item = review.checklist.iter().find(|item| item.id == "rehearsed").unwrap();
    assert_eq!(item.result, CheckResult::Unknown, "{}", item.evidence);
    assert_eq!(review.verdict, Verdict::Approve);
    assert!(found(&review).contains("REV031"));
    let silent = Case::edited(|plan| {
        for hop in 0..2 {
            for step in steps(plan, hop).iter_mut().filter(|step| step.pool.is_some()) {
                step.batch = None;
            }
        }
    });
    let review = silent.review();
    let item = review.checklist.iter().find(|item| item.id == "canary").unwrap();
    assert_eq!(item.result, CheckResult::Unknown, "{}", item.evidence);
}

#[test]
fn what_cannot_apply_is_said() {
    let review = Case::edited(|plan| {
        plan.hops.truncate(1);
        plan.closing.clear();
    })
    .review();
    let result = |id: &str| review.checklist.iter().find(|item| item.id == id).unwrap().result;
    assert_eq!(result("soak-after-etcd"), CheckResult::NotApplicable);
    assert_eq!(result("etcd-apart"), CheckResult::NotApplicable);
    assert_eq!(result("no-minor-skipped"), CheckResult::Pass);
}

/// The findings have a subject, a help, and read as messages do.
#[test]
fn findings_read_as_messages() {
    for (_, edit, _) in cases() {
        for finding in &Case::edited(edit).review().findings {
            assert!(!finding.subject.is_empty() && !finding.help.is_empty(), "{finding:?}");
            assert!(!finding.message.ends_with('.') && !finding.help.ends_with('.'), "{finding:?}");
        }
    }
}
