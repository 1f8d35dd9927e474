//! What is known of releases has moved since the plan was made.

use kubehop::catalog::Catalog;
use kubehop::diagnostic::Severity;
use kubehop::review::Verdict;

use crate::good::Case;
use crate::good::found;
use crate::good::overlay;
use crate::good::reasons;
use crate::good::severities;

pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    ["REV010", "REV011", "REV012", "REV013", "REV014", "REV021"].into_iter()
}

fn with(catalog: Catalog) -> Case {
    Case { catalog, ..Case::new() }
}

/// The stop of the last hop.
fn stop() -> String {
    Case::new().plan.to.to_string()
}

#[test]
fn a_newer_patch_is_a_note() {
    let newer = overlay("releases: {\"1.37\": {patches: {v1.37.99: 2026-11-24}}}\n");
    let review = with(newer).review();
    assert_eq!(severities(&review, "REV010"), [Severity::Info]);
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
    let later = overlay("releases: {\"1.37\": {patches: {v1.37.99: 2026-11-26}}}\n");
    let review = with(later).review();
    assert!(!found(&review).contains("REV010"), "it is not out on the day of the review");
    let mut pinned = with(overlay("releases: {\"1.37\": {patches: {v1.37.99: 2026-11-24}}}\n"));
    pinned.plan.provenance.options.to = stop();
    assert!(!found(&pinned.review()).contains("REV010"), "a person asked for this patch");
}

fn fault(action: &str, fixed: &str) -> Catalog {
    let stop = stop();
    overlay(&format!(
        "knownBad:\n- id: ours\n  component: kubelet\n  affected: [{{from: {stop}, to: {stop}}}]\n  \
         fixedIn: [{fixed}]\n  action: {action}\n  impact: outage\n  what: it met our storage driver\n  \
         source: ['https://example.org/1']\n  basis: issue\n  verified: true\n"
    ))
}

#[test]
fn a_stop_that_turned_bad_is_a_reason() {
    let review = with(fault("avoid-if", "")).review();
    assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["REV011"]);
    assert_eq!(review.verdict, Verdict::Conditions);
    let review = with(fault("prefer-newer", "")).review();
    assert_eq!(severities(&review, "REV011"), [Severity::Info]);
    // What no plan may stop at is the verifier's to say, and is said once.
    let review = with(fault("avoid", "v1.37.99")).review();
    assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["REL001"]);
    assert_eq!(review.verdict, Verdict::Reject);
    // A plan that was made with the fault in sight names it.
    let catalog = fault("avoid-if", "");
    let plan = crate::good::planned(&crate::good::inventory(), "1.37", &catalog);
    let review = Case { plan, ..with(catalog) }.review();
    assert!(!found(&review).contains("REV011"), "{:#?}", review.findings);
}

#[test]
fn a_hazard_that_came_to_be_known_is_a_condition() {
    let hazard = overlay(
        "hazards:\n- id: ours-137\n  hop: \"1.37\"\n  component: workload\n  severity: warning\n  \
         title: our admission policy\n  breaks: it refuses new pods\n  \
         detect: {command: kubectl get pods, meaning: look}\n  fix: ask\n  \
         source: ['https://example.org/2']\n  verified: true\n",
    );
    let review = with(hazard.clone()).review();
    assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["REV012"]);
    let plan = crate::good::planned(&crate::good::inventory(), "1.37", &hazard);
    let review = Case { plan, ..with(hazard) }.review();
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
}

#[test]
fn a_floor_that_was_raised_rejects() {
    let review =
        with(overlay("etcd: {entries: [{from: \"3.6\", to: \"3.7\", floor: v3.6.15}]}\n")).review();
    assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["ETCD002"]);
    assert!(found(&review).contains("BASIS002"), "and the data are said to have moved");
}

#[test]
fn the_day_decides_what_is_past() {
    let end = Catalog::embedded();
    let end = end.releases().unwrap().minor(Case::new().plan.to.minor()).unwrap().end_of_life;
    for (days, severity) in [
        (-91, None),
        (-90, Some(Severity::Info)),
        (0, Some(Severity::Info)),
        (1, Some(Severity::Warning)),
    ] {
        let as_of = end.checked_add(jiff::Span::new().days(days)).unwrap();
        let review = Case { as_of, ..Case::new() }.review();
        let found = severities(&review, "REV013");
        assert_eq!(found, Vec::from_iter(severity), "{days} days from the end of life");
        assert!(!self::found(&review).contains("REL004"), "it is said once");
    }
}

#[test]
fn old_data_are_a_condition() {
    let as_of = Catalog::embedded().as_of();
    for (days, old) in [(62, false), (63, true)] {
        let as_of = as_of.checked_add(jiff::Span::new().days(days)).unwrap();
        let review = Case { as_of, ..Case::new() }.review();
        assert_eq!(reasons(&review).contains("REV014"), old, "{days} days");
    }
}

#[test]
fn hazards_without_a_confirmed_source_are_noted() {
    let mut case = Case::new();
    case.plan.hops[0].hazards[0].verified = false;
    let review = case.review();
    assert_eq!(severities(&review, "REV021"), [Severity::Info]);
    let id = case.plan.hops[0].hazards[0].id.clone();
    assert!(review.findings.iter().any(|it| it.code == "REV021" && it.message.contains(&id)));
}
