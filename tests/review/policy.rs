//! An organisation's own rules: each broken, and each error in the file.

use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::plan::HazardSeverity;
use kubehop::review::Policy;
use kubehop::review::Review;
use kubehop::review::Verdict;

use crate::good::Case;
use crate::good::found;
use crate::good::reasons;
use crate::good::severities;
use crate::good::steps;

pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    [
        "REV040", "REV041", "REV042", "REV043", "REV044", "REV046", "REV047", "REV048", "REV049",
        "REV050",
    ]
    .into_iter()
    // With a schedule: `cli.rs`.
    .chain(["REV045"])
}

const HEAD: &str = "apiVersion: kubehop.dev/v1alpha1\nkind: ReviewPolicy\nmetadata: {name: ours}\n";

fn read(body: &str) -> Policy {
    Policy::read(&SourceFile::new("policy.yaml", format!("{HEAD}{body}")))
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn reviewed(body: &str) -> Review {
    Case { policy: Some(read(body)), ..Case::new() }.review()
}

fn only(review: &Review, code: &str, verdict: Verdict) {
    assert_eq!(reasons(review).into_iter().collect::<Vec<_>>(), [code], "{:#?}", review.reasons);
    assert_eq!(review.verdict, verdict);
}

#[test]
fn a_plan_that_keeps_all_rules_is_approved() {
    let review = reviewed(
        "rules:\n  strategy: every-hop\n  leastSoakMinutes: {afterHop: 1440, afterEtcdMinor: 60}\n  \
         noZeroPatches: true\n  leastPatchAgeDays: 14\n  supportedOnly: true\n",
    );
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
    assert_eq!(review.policy.unwrap().name, "ours");
    assert!(!review.not_assessed.iter().any(|row| row.id == "policy"));
    assert_eq!(reviewed("").verdict, Verdict::Approve, "a policy without rules asks for nothing");
}

#[test]
fn each_rule_is_held() {
    only(&reviewed("rules: {strategy: min-drains}\n"), "REV040", Verdict::Reject);
    let soak = reviewed("rules: {leastSoakMinutes: {afterHop: 1441}}\n");
    only(&soak, "REV041", Verdict::Reject);
    assert_eq!(soak.reasons[0].items.len(), 2, "each hop");
    let soak = reviewed("rules: {leastSoakMinutes: {afterEtcdMinor: 10000}}\n");
    only(&soak, "REV041", Verdict::Reject);
    assert_eq!(soak.reasons[0].items.len(), 1, "only the hop that enters a minor");
    only(&reviewed("rules: {leastPatchAgeDays: 10000}\n"), "REV043", Verdict::Conditions);
    only(&reviewed("rules: {mostDrainsPerWindow: 5}\n"), "REV046", Verdict::Conditions);
    let mut case = Case { policy: Some(read("rules: {supportedOnly: true}\n")), ..Case::new() };
    case.as_of = "2027-01-20".parse().unwrap();
    assert_eq!(case.review().verdict, Verdict::Approve);
    case.as_of = "2029-01-01".parse().unwrap();
    let review = case.review();
    assert!(reasons(&review).contains("REV044") && !found(&review).contains("REV013"));
}

#[test]
fn a_zero_patch_is_refused() {
    let mut case = Case::edited(|plan| plan.hops[0].to = "v1.36.0".parse().unwrap());
    case.policy = Some(read("rules: {noZeroPatches: true}\n"));
    let review = case.review();
    assert!(reasons(&review).contains("REV042"), "{:#?}", review.reasons);
    assert_eq!(review.verdict, Verdict::Reject);
}

#[test]
fn the_day_on_which_a_patch_is_old_enough_is_named() {
    let case = |as_of: &str| Case {
        policy: Some(read("rules: {leastPatchAgeDays: 30}\n")),
        as_of: as_of.parse().unwrap(),
        ..Case::new()
    };
    let catalog = kubehop::catalog::Catalog::embedded();
    let releases = catalog.releases().unwrap();
    let stops = Case::new().plan.hops.clone();
    let out = |at: usize| {
        let stop = &stops[at].to;
        releases.minor(stop.minor()).unwrap().patches[&stop.upstream()]
    };
    let ready = out(0).max(out(1)).checked_add(jiff::Span::new().days(30)).unwrap();
    let before = ready.yesterday().unwrap();
    let review = case(&before.to_string()).review();
    let reason = review.reasons.iter().find(|reason| reason.code == "REV043").unwrap();
    assert!(reason.items.iter().any(|item| item.to_do.contains(&ready.to_string())), "{reason:#?}");
    assert!(!reasons(&case(&ready.to_string()).review()).contains("REV043"));
}

/// What nobody means must not end the program.
#[test]
fn the_largest_numbers_are_taken() {
    let most = u32::MAX;
    let mut case = Case::edited(|plan| {
        for step in plan.hops.iter_mut().flat_map(|hop| &mut hop.steps) {
            let minutes = u64::MAX;
            step.duration =
                kubehop::plan::Duration { low: minutes, likely: minutes, high: minutes };
        }
    });
    case.policy = Some(read(&format!(
        "rules:\n  leastPatchAgeDays: {most}\n  mostDrainsPerWindow: {most}\n  \
         leastSoakMinutes: {{afterHop: {most}, afterEtcdMinor: {most}}}\n"
    )));
    let review = case.review();
    assert!(reasons(&review).contains("REV043") && !reasons(&review).contains("REV041"));
    assert!(kubehop::render::review_markdown(&review).is_ok());
    assert!(kubehop::render::review_text(&review, 80).contains("REV043"));
}

#[test]
fn approvals_are_conditions_until_they_are_given() {
    let plan = Case::new().plan.metadata.name;
    let approved = |entry: &str| {
        reviewed(&format!("rules: {{approvals: [change-manager]}}\napprovals: [{entry}]\n"))
    };
    only(&approved(""), "REV047", Verdict::Conditions);
    let at = |day: &str| format!("{{role: change-manager, by: J. Doe, at: '{day}T09:00:00Z'}}");
    let review = approved(&at("2026-11-25"));
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
    assert_eq!(review.policy.unwrap().approvals[0].by.as_deref(), Some("J. Doe"));
    only(&approved(&at("2026-11-26")), "REV047", Verdict::Conditions);
    let of = |plan: &str| {
        format!("{{role: change-manager, by: x, at: '2026-11-20T09:00:00Z', plan: {plan}}}")
    };
    assert_eq!(approved(&of(&plan)).verdict, Verdict::Approve);
    let other = approved(&of("another"));
    only(&other, "REV047", Verdict::Conditions);
    assert!(other.reasons[0].items[0].text.contains("another plan"), "{:#?}", other.reasons);
    let by_name = "rules: {approvals: [J. Doe]}\napprovals: [{role: lead, by: J. Doe, at: '2026-11-20T09:00:00Z'}]\n";
    assert_eq!(reviewed(by_name).verdict, Verdict::Approve);
}

#[test]
fn hazards_are_conditions_until_somebody_answers_for_them() {
    let hazard = Case::new().plan.hops[0].hazards[0].clone();
    let id = &hazard.id;
    let asked = format!("rules: {{acknowledge: {{hazards: [{id}]}}}}\n");
    only(&reviewed(&asked), "REV048", Verdict::Conditions);
    let until = |day: &str| {
        reviewed(&format!(
            "{asked}acknowledgements: [{{id: {id}, by: storage team, until: {day}}}]\n"
        ))
    };
    let review = until("2026-11-25");
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
    let row = review.hazards.iter().find(|row| row.id == *id).unwrap();
    assert_eq!(row.acknowledged.as_ref().unwrap().by, "storage team");
    only(&until("2026-11-24"), "REV049", Verdict::Conditions);
    let all = reviewed("rules: {acknowledge: {severities: [blocker]}}\n");
    only(&all, "REV048", Verdict::Conditions);
    let blockers = all.hazards.iter().filter(|row| row.severity == HazardSeverity::Blocker).count();
    assert_eq!(all.reasons[0].items.len(), blockers);
}

#[test]
fn entries_without_effect_are_noted() {
    for (body, word) in [
        (
            "acknowledgements: [{id: psp-removed-125, by: x, until: 2027-01-01}]\n",
            "no hazard of this plan",
        ),
        (
            "acknowledgements: [{id: no-such, by: x, until: 2027-01-01}]\n",
            "neither the plan nor the data",
        ),
        ("rules: {acknowledge: {hazards: [no-such]}}\n", "rules.acknowledge.hazards"),
    ] {
        let review = reviewed(body);
        assert_eq!(severities(&review, "REV050"), [Severity::Info], "{body}");
        assert_eq!(review.verdict, Verdict::Approve);
        let finding = review.findings.iter().find(|it| it.code == "REV050").unwrap();
        assert!(finding.message.contains(word), "{}", finding.message);
    }
}

#[test]
fn soaks_before_the_last_change_do_not_count() {
    let mut case = Case::edited(|plan| {
        let at = steps(plan, 0).iter().rposition(|step| step.kind.name() == "soak").unwrap();
        let soak = steps(plan, 0).remove(at);
        let gate = steps(plan, 0).iter().position(|step| step.kind.name() == "gate").unwrap();
        steps(plan, 0).insert(gate, soak);
    });
    case.policy = Some(read("rules: {leastSoakMinutes: {afterHop: 1}}\n"));
    assert!(reasons(&case.review()).contains("REV041"));
}

/// What is wrong in the file, the message, the place and what to do.
#[test]
fn errors_say_what_and_where() {
    for (body, message, place, help) in [
        ("rule: {}\n", "unknown field `rule`", "policy.yaml:4:1", "did you mean `rules`?"),
        (
            "rules: {stratgy: every-hop}\n",
            "unknown field `stratgy`",
            "policy.yaml: rules:4:9",
            "did you mean `strategy`?",
        ),
        (
            "rules: {strategy: every-hopp}\n",
            "unknown variant `every-hopp`",
            "rules.strategy:4:19",
            "did you mean `every-hop`?",
        ),
        ("rules: {leastPatchAgeDays: 0}\n", "0 asks for nothing", "rules.leastPatchAgeDays", ""),
        (
            "rules: {leastPatchAgeDays: -3}\n",
            "invalid type: integer `-3`",
            "rules.leastPatchAgeDays",
            "",
        ),
        (
            "rules: {mostDrainsPerWindow: few}\n",
            "invalid type: string \"few\"",
            "rules.mostDrainsPerWindow",
            "",
        ),
        (
            "rules: {leastSoakMinutes: 60}\n",
            "invalid type: integer `60`",
            "rules.leastSoakMinutes",
            "",
        ),
        (
            "rules: {noZeroPatches: maybe}\n",
            "invalid type: string \"maybe\"",
            "rules.noZeroPatches",
            "",
        ),
        ("rules: {approvals: ['']}\n", "the text is empty", "rules.approvals[0]", ""),
        (
            "rules: {acknowledge: {severities: [blockers]}}\n",
            "unknown variant `blockers`",
            "rules.acknowledge.severities[0]",
            "did you mean `blocker`?",
        ),
        ("approvals: [{role: a, by: b}]\n", "missing field `at`", "approvals[0]", ""),
        ("approvals: [{role: a, by: b, at: yesterday}]\n", "", "approvals[0].at", ""),
        ("acknowledgements: [{id: a, by: b, until: soon}]\n", "", "acknowledgements[0].until", ""),
        (
            "acknowledgements: [{id: a, until: 2027-01-01}]\n",
            "missing field `by`",
            "acknowledgements[0]",
            "",
        ),
        (
            "rules: {approvals: [a, b, a]}\n",
            "`a` is asked for twice",
            "rules.approvals[2]",
            "each role once",
        ),
        (
            "rules: {acknowledge: {hazards: [x, x]}}\n",
            "`x` is named twice",
            "rules.acknowledge.hazards[1]",
            "each hazard once",
        ),
        (
            "rules: {approvals: [change-manager]}\napprovals:\n- {role: change-manger, by: b, at: '2026-01-01T00:00:00Z'}\n",
            "nobody asks for the approval of `change-manger`",
            "policy.yaml: approvals[0].role:6:10",
            "did you mean `change-manager`?",
        ),
        (
            "approvals: [{role: boss, by: b, at: '2026-01-01T00:00:00Z'}]\n",
            "nobody asks for the approval of `boss`",
            "approvals[0].role",
            "under `rules.approvals`",
        ),
    ] {
        let file = SourceFile::new("policy.yaml", format!("{HEAD}{body}"));
        let error = Policy::read(&file).map(|_| body).expect_err(body).render(false);
        assert!(error.contains(message), "{body}{error}");
        assert!(error.contains(place), "{body}{error}");
        assert!(error.contains(help), "{body}{error}");
        assert!(error.contains("help: "), "{body}{error}");
    }
    let plan = "apiVersion: kubehop.dev/v1alpha1\nkind: AuditBaseline\naccept: []\n";
    let error = Policy::read(&SourceFile::new("x.yaml", plan)).unwrap_err().render(false);
    assert!(error.contains("kubehop audit --baseline FILE"), "{error}");
}
