//! The documents of a plan: what the operator reads.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod markdown;

use kubehop::diagnostic::Severity;
use kubehop::finding::Finding;
use kubehop::name::InstanceName;
use kubehop::plan::Plan;
use kubehop::plan::StepId;
use kubehop::render::Options;
use kubehop::render::explain_step;
use kubehop::render::markdown;
use kubehop::render::summary;

use markdown::fixture;
use markdown::good;
use markdown::lint::lint;

fn runbook(plan: &Plan) -> String {
    good(markdown(plan, &Options::default()))
}

fn assert_well_formed(text: &str) {
    let faults = lint(text);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The text from one line on up to another.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("{start} is missing"));
    let length = text[from..].find(end).unwrap_or(text.len() - from);
    &text[from..from + length]
}

#[test]
fn the_runbook_reads_well() {
    let text = runbook(&fixture());
    assert_well_formed(&text);
    let parts = [
        ("ticket", "# Upgrade", "## Overview"),
        ("overview", "## Overview", "<a id=\"hop-1\">"),
        ("hazards", "<a id=\"hop-1\">", "### Steps of hop 1"),
        ("steps-until-etcd", "### Steps of hop 1", "<a id=\"step-1-05\">"),
        ("steps-until-control-plane", "<a id=\"step-1-05\">", "<a id=\"step-1-09\">"),
        ("steps-until-end", "<a id=\"step-1-09\">", "## After the last hop"),
        ("closing", "## After the last hop", "<a id=\"node-lists\">"),
    ];
    for (name, start, end) in parts {
        insta::assert_snapshot!(format!("runbook-{name}"), between(&text, start, end));
    }
    let short: Vec<&str> = between(&text, "<a id=\"node-lists\">", "\u{0}")
        .lines()
        .filter(|line| !line.starts_with("web-") || line.len() == 5)
        .collect();
    insta::assert_snapshot!("runbook-appendix", short.join("\n"));
}

#[test]
fn the_summary_fits_a_terminal() {
    let text = summary(&fixture(), &Options::default());
    insta::assert_snapshot!("summary", text);
    for line in text.lines() {
        assert!(line.chars().count() <= 80 && !line.ends_with(' '), "{line:?}");
    }
}

#[test]
fn a_step_is_explained() {
    let text = good(explain_step(&fixture(), "1.08".parse().unwrap()));
    assert_well_formed(&text);
    insta::assert_snapshot!("explanation", text);
    for (_, step) in fixture().steps() {
        assert_well_formed(&good(explain_step(&fixture(), step.id)));
    }
    let unknown: StepId = "2.07".parse().unwrap();
    let error = explain_step(&fixture(), unknown).unwrap_err().render(false);
    assert!(error.contains("the plan has no step `2.07`"), "{error}");
    assert!(error.contains("it has 1.01 to 1.14, final.01"), "{error}");
}

#[test]
fn findings_stand_in_the_ticket() {
    let finding = |severity, message: &str| Finding {
        code: "SKEW003",
        severity,
        subject: "step 1.10, node `a|b`".to_owned(),
        message: message.to_owned(),
        help: "make the plan again".to_owned(),
        source: String::new(),
    };
    let plan = fixture();
    let with = |findings: &[Finding]| {
        let text =
            good(markdown(&plan, &Options { findings: Some(findings), ..Options::default() }));
        assert_well_formed(&text);
        text
    };
    assert!(with(&[]).contains("| Verified | no findings |"));
    let warned = with(&[finding(Severity::Warning, "kubelet is | old")]);
    assert!(warned.contains("| Verified | no errors, 1 remark |"), "{warned}");
    assert!(warned.contains("| SKEW003 | warning |"));
    let wrong = with(&[finding(Severity::Info, "fine"), finding(Severity::Error, "too old")]);
    assert!(wrong.contains("**1 error: do not start**"));
    assert!(wrong.find("too old").unwrap() < wrong.find("fine").unwrap(), "worst first");
    let text = summary(
        &plan,
        &Options { findings: Some(&[finding(Severity::Error, "too old")]), ..Options::default() },
    );
    assert!(text.contains("Verified: 1 error, 0 warnings.\n  SKEW003 step 1.10"), "{text}");
}

#[test]
fn names_stay_text() {
    let odd = [
        "<script>",
        "a|b",
        "`rm-rf`",
        "*_[x](y)",
        "</details>",
        "$x$",
        "```",
        "a'b",
        "END-OF-NODES",
    ];
    let names: Vec<InstanceName> = odd.iter().map(|name| name.parse().unwrap()).collect();
    for name in odd {
        let mut plan = fixture();
        plan.metadata.name = format!("{name} `rm -rf` <b>-v1.29-to-v1.30");
        let hop = &mut plan.hops[0];
        for hazard in &mut hop.hazards {
            hazard.title = format!("title {name}");
            hazard.component = name.to_owned();
            hazard.breaks = format!("{name}\n\n# not a heading");
        }
        for step in &mut hop.steps {
            step.title = format!("Step of `{name}` and {name}");
            step.abort = name.to_owned();
            step.targets.clone_from(&names);
            if step.pool.is_some() {
                // A pool has no `/` in its name, since a file is named after it.
                step.pool = Some(name.replace('/', "").parse().unwrap());
            }
            for command in &mut step.commands {
                command.on = name.to_owned();
                command.run = format!("{name}\n```\n~~~\n</details>");
            }
            for reason in &mut step.because {
                reason.source = format!("https://example.org/{name}");
            }
        }
        assert_well_formed(&runbook(&plan));
        assert_well_formed(&good(explain_step(&plan, plan.hops[0].steps[4].id)));
    }
}

#[test]
fn pools_that_differ_are_procedures_of_their_own() {
    let mut plan = fixture();
    plan.hops[0].steps[10].commands[0].run.push_str("\necho other");
    let text = runbook(&plan);
    assert_well_formed(&text);
    for heading in ["#### 1.10: ", "#### 1.11: ", "#### 1.12 to 1.13: "] {
        assert!(text.contains(heading), "{heading}");
    }
}

#[test]
fn a_pool_with_two_lists_says_which_step_reads_which() {
    let mut plan = fixture();
    plan.hops[0].steps[10].pool = plan.hops[0].steps[9].pool.clone();
    let text = runbook(&plan);
    assert_well_formed(&text);
    assert!(text.contains("<summary>Pool general (1): 3 nodes, for step 1.10</summary>"));
    assert!(text.contains("<summary>Pool general (2): 200 nodes, for step 1.11</summary>"));
    assert!(text.contains("write this one again right before the steps named above"));
}

#[test]
fn a_hazard_that_comes_back_is_told_once() {
    let mut plan = fixture();
    let mut second = plan.hops[0].clone();
    second.number = 2;
    for step in &mut second.steps {
        step.id = step.id.to_string().replacen("1.", "2.", 1).parse().unwrap();
    }
    plan.hops.push(second);
    let text = runbook(&plan);
    assert_well_formed(&text);
    assert_eq!(text.matches("The API server does not start when it is enabled.").count(), 1);
    assert_eq!(text.matches("As [in hop 1](#hazard-1-securitycontextdeny-130)").count(), 1);
    assert_eq!(text.matches("test(\"enable-admission-plugins").count(), 2, "the check is at hand");
    assert_eq!(text.matches("cat > web.nodes").count(), 1, "a list stands once");
}

#[test]
fn what_is_empty_leaves_no_heading() {
    let mut plan = fixture();
    let hop = &mut plan.hops[0];
    hop.versions.clear();
    hop.hazards.clear();
    hop.ruled_out.clear();
    for step in &mut hop.steps {
        step.because.clear();
        step.checkpoints.clear();
        step.targets.clear();
        step.pool = None;
        step.abort.clear();
        step.rollback.until.clear();
        step.rollback.commands.clear();
        step.rollback.text = None;
    }
    let text = runbook(&plan);
    assert_well_formed(&text);
    for absent in ["| Component |", "### Settle", "### Know", "ruled out for", "## Node lists"] {
        assert!(!text.contains(absent), "{absent}");
    }
    let steps = between(&text, "### Steps of hop 1", "### Sign-off");
    for absent in ["Why here", "Must hold", "**Stop:**", "How to go back", "On each of ,"] {
        assert!(!steps.contains(absent), "{absent}");
    }
    plan.hops[0].steps.clear();
    assert!(!runbook(&plan).contains("### Steps of hop"));
}

#[test]
fn an_empty_plan_says_so() {
    let mut plan = fixture();
    plan.hops.clear();
    plan.closing.clear();
    plan.assumptions.clear();
    assert_well_formed(&runbook(&plan));
    assert!(summary(&plan, &Options::default()).contains("Nothing to do."));
}

/// 100 pools with 50 nodes each, over 13 hops.
fn large() -> Plan {
    let mut plan = fixture();
    let pattern = plan.hops[0].steps[9].clone();
    let mut hop = plan.hops[0].clone();
    hop.steps.truncate(9);
    for pool in 0..100 {
        let mut step = pattern.clone();
        step.pool = Some(format!("pool-{pool}").parse().unwrap());
        step.targets = (0..50).map(|n| format!("node-{pool}-{n}").parse().unwrap()).collect();
        step.because[0].text = format!("The kubelets of pool `pool-{pool}` move last.");
        hop.steps.push(step);
    }
    plan.hops = (1..=13)
        .map(|number| {
            let mut hop = hop.clone();
            hop.number = number;
            for (place, step) in hop.steps.iter_mut().enumerate() {
                step.id = format!("{number}.{:02}", place + 1).parse().unwrap();
            }
            hop
        })
        .collect();
    plan
}

#[test]
fn five_thousand_nodes_stay_readable() {
    let text = runbook(&large());
    assert_well_formed(&text);
    assert_eq!(text.matches("\nnode-7-3\n").count(), 1, "each list stands once");
    assert_eq!(text.matches("#### 3.10 to 3.109: ").count(), 1, "pools are one procedure");
    let (body, _) = text.split_once("## Node lists").unwrap();
    assert!(body.lines().count() < 13 * 700, "{}", body.lines().count());
}
