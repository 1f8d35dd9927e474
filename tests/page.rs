//! The runbook as a page: what can be said of the file itself, and what a real Chromium says of it.
//!
//! `tests/page/` holds the tests that run in the browser, for Node. They need `node`, Chromium and
//! `npm ci` in that folder; where one is missing, the test says `skipped: ` and why, and passes.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod markdown;
mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use base64::Engine as _;
use kubehop::diagnostic::SourceFile;
use kubehop::name::InstanceName;
use kubehop::plan::Plan;
use kubehop::plan::Resumption;
use kubehop::plan::read;
use kubehop::render::Options;
use kubehop::render::Overrides;
use kubehop::render::Renderer;
use kubehop::render::page;
use sha2::Digest as _;

use markdown::fixture;
use markdown::good;
use support::PROGRAM;
use support::quiet;
use support::root;

/// Names that a plan can have, since it is a file that people edit: no white space, nothing else is
/// forbidden.
const NAMES: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><svg/onload=alert(1)>",
    "'onfocus='alert(1)",
    "</style><script>alert(1)</script>",
    "<!--",
    "]]>",
    "{{7*7}}",
    "${alert(1)}",
    "`alert(1)`",
    "__proto__",
    "&lt;b&gt;",
    "javascript:alert(1)",
];

fn text(plan: &Plan) -> String {
    good(page(plan, &Options::default()))
}

fn sample() -> Plan {
    let path = "plans/staging-eu-1.plan.yaml";
    good(read(&SourceFile::new(path, fs::read_to_string(root().join(path)).unwrap())))
}

/// A plan with texts that would like to be markup, in every place that takes a text.
fn hostile() -> Plan {
    let mut plan = fixture();
    let names: Vec<InstanceName> = NAMES.iter().map(|name| name.parse().unwrap()).collect();
    let mut turn = NAMES.iter().cycle();
    let mut next = move || format!("{} \u{202e}\u{7}", turn.next().unwrap());
    "<script>alert(1)</script>-v1.29-to-v1.30".clone_into(&mut plan.metadata.name);
    plan.provenance.tool = next();
    for assumption in &mut plan.assumptions {
        assumption.id = next();
        assumption.text = next();
        assumption.settle = next();
    }
    let hop = &mut plan.hops[0];
    for hazard in &mut hop.hazards {
        hazard.component = next();
        hazard.title = next();
        hazard.breaks = next();
        hazard.remedy = next();
        hazard.when = Some(next());
        hazard.source = vec![format!("https://example.org/{}", next()), next()];
        if let Some(detect) = &mut hazard.detect {
            detect.command = next();
            detect.meaning = next();
        }
    }
    for step in hop.steps.iter_mut().chain(&mut plan.closing) {
        step.title = next();
        step.abort = next();
        step.targets.clone_from(&names);
        if step.pool.is_some() {
            // A pool has no `/` in its name, since a file is named after it.
            step.pool = Some(next().replace([' ', '/', '\u{7}'], "").parse().unwrap());
        }
        for command in step.commands.iter_mut().chain(&mut step.rollback.commands) {
            command.on = next();
            command.run = format!("{}\n\t{}", next(), next());
            command.expect = Some(next());
        }
        for check in &mut step.checkpoints {
            check.id = next();
            check.title = next();
            check.run = next();
            check.expect = next();
        }
        for reason in &mut step.because {
            reason.rule = next();
            reason.text = next();
            reason.source = format!("https://example.org/\"onclick=\"{}", next());
        }
        step.rollback.until = next();
        step.rollback.text = Some(next());
    }
    plan
}

/// A plan that was taken up again before the third step of its first hop, for reasons with such texts.
fn resumed() -> Plan {
    let mut plan = hostile();
    let reasons =
        NAMES.iter().map(|name| format!("node `{name}` is not in the plan \u{202e}\u{7}"));
    plan.resumed.push(Resumption {
        before: plan.hops[0].steps[2].id,
        plan: "sha256:11".to_owned(),
        observed_at: Some("2026-11-24T02:10:00Z".parse().unwrap()),
        inventory: "sha256:00".to_owned(),
        because: reasons.collect(),
        unproven: vec![plan.hops[0].steps[1].id],
        state: plan.initial_state.clone(),
    });
    plan
}

fn empty() -> Plan {
    let mut plan = fixture();
    plan.hops.clear();
    plan.closing.clear();
    plan.assumptions.clear();
    plan
}

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts.map(|part| part.split_once(end).unwrap().0).collect()
}

/// The policy as a browser reads it.
fn policy(text: &str) -> String {
    between(text, "http-equiv=\"Content-Security-Policy\" content=\"", "\"")[0]
        .replace("&#x2f;", "/")
}

#[test]
fn the_policy_names_exactly_what_stands_in_the_file() {
    for plan in [sample(), hostile(), resumed(), empty()] {
        let text = text(&plan);
        let policy = policy(&text);
        let hash = |text: &&str| {
            let digest = base64::engine::general_purpose::STANDARD
                .encode(sha2::Sha256::digest(text.as_bytes()));
            format!("'sha256-{digest}'")
        };
        let scripts: Vec<String> =
            between(&text, "<script>", "</script>").iter().map(hash).collect();
        let styles: Vec<String> = between(&text, "<style>", "</style>").iter().map(hash).collect();
        assert_eq!((scripts.len(), styles.len()), (2, 1), "what a plan says adds none");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains(&format!("script-src {}; ", scripts.join(" "))), "{policy}");
        assert!(policy.contains(&format!("style-src {}; ", styles.join(" "))), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn the_file_loads_nothing() {
    let text = text(&sample());
    for (start, end) in [("src=\"", "\""), ("url(", ")"), ("<link ", ">"), ("@import", ";")] {
        for found in between(&text, start, end) {
            let inside = found.starts_with('#') || found.contains("href=\"data:");
            assert!(inside, "{start}{found}");
        }
    }
}

#[test]
fn names_stay_text() {
    let text = text(&hostile());
    for raw in
        ["<script>alert", "<svg/onload", "'onfocus='", "\"onclick=\"", "<!--", "\u{202e}", "\u{7}"]
    {
        assert!(!text.contains(raw), "{raw:?} at {}", &text[text.find(raw).unwrap() - 80..][..160]);
    }
    assert!(text.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"));
    assert!(!text.contains(">49<"), "no template is read out of a plan");
}

#[test]
fn the_same_plan_gives_the_same_page_and_another_plan_another_digest() {
    let plan = sample();
    assert_eq!(text(&plan), text(&plan));
    let yaml = plan.digest();
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(
        good(read(&SourceFile::new("plan.json", json))).digest(),
        yaml,
        "as YAML and as JSON"
    );
    let mut other = plan;
    other.hops[0].steps[0].abort.push('.');
    assert_ne!(other.digest(), yaml);
}

#[test]
fn a_page_of_a_resumed_plan_is_of_what_is_to_do() {
    let plan = resumed();
    let text = text(&plan);
    let anchor = |at: usize| {
        format!("id=\"step-{}\"", plan.hops[0].steps[at].id.to_string().replace('.', "-"))
    };
    assert!(!text.contains(&anchor(0)), "the first step is over");
    assert!(text.contains(&anchor(1)), "the second may be done or not");
    assert!(text.contains(&anchor(2)));
    assert!(text.contains("Taken up again") && text.contains("1 step is over"), "{}", &text[..200]);
    assert!(!text.contains("<img src=x") && !text.contains('\u{202e}'));
}

#[test]
fn an_empty_plan_has_a_page() {
    let text = text(&empty());
    assert!(!text.contains("class=\"step ") && text.contains("id=\"close\""));
}

#[test]
fn templates_of_the_user_take_their_place_in_the_page_too() {
    let main = |name: &str, text: &str| {
        let overrides = Overrides::none().with_main(SourceFile::new(name, text));
        good(Renderer::new(overrides)).page(&hostile(), &Options::default())
    };
    let title = "{% extends \"builtin/runbook.html.j2\" %}{% block title %}<h1 id=\"title\">CHG-4711: {{ cluster }}</h1>{% endblock %}";
    let text = good(main("site/mine.html.j2", title));
    assert!(text.contains("CHG-4711: &lt;script&gt;"));
    assert!(text.contains("id=\"step-1-01\""));
    for name in ["mine.md.j2", "mine.txt", "mine.j2", "mine.html.txt"] {
        let error = main(name, title).unwrap_err().render(false);
        assert!(error.contains("requires `.html.j2` at the end"), "{error}");
    }
    // A style of one's own has its own place in the policy.
    let style = SourceFile::new(
        "t/page/style.css.j2",
        "{% include \"builtin/page/style.css.j2\" %}\n:root { --accent: #123456; }\n",
    );
    let overrides = Overrides::none().with_named("page/style.css.j2", style);
    assert!(overrides.without_effect().is_empty());
    let text = good(good(Renderer::new(overrides)).page(&sample(), &Options::default()));
    let style = between(&text, "<style>", "</style>")[0];
    assert!(style.contains("--accent: #123456"));
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    assert!(policy(&text).contains(&hash));
}

/// 100 pools with 50 nodes each, over 13 hops: the work of a template is bounded, and this is within.
#[test]
fn thirteen_hops_and_five_thousand_nodes_have_a_page() {
    let mut plan = fixture();
    let pattern = plan.hops[0].steps[9].clone();
    plan.hops[0].steps.truncate(9);
    for pool in 0..100 {
        let mut step = pattern.clone();
        step.pool = Some(format!("pool-{pool}").parse().unwrap());
        step.targets = (0..50).map(|node| format!("node-{pool}-{node}").parse().unwrap()).collect();
        plan.hops[0].steps.push(step);
    }
    let hop = plan.hops[0].clone();
    plan.hops = (1..=13).map(|number| kubehop::plan::Hop { number, ..hop.clone() }).collect();
    for hop in &mut plan.hops {
        for (step, place) in hop.steps.iter_mut().zip(1..) {
            step.id = format!("{}.{place:02}", hop.number).parse().unwrap();
        }
    }
    let text = text(&plan);
    assert_eq!(text.matches("class=\"row\"").count(), 13 * 100);
    assert_eq!(text.matches("node-7-3\n").count(), 1, "each list stands once");
}

/// 100 pools with 50 nodes each, over three hops.
fn large_inventory() -> String {
    let mut text = String::from(
        "apiVersion: kubehop.dev/v1alpha1\nkind: ClusterInventory\nmetadata: {name: large-1}\ncontrolPlane:\n  nodes:\n",
    );
    for node in 1..=3 {
        _ = writeln!(
            text,
            "  - {{name: cp-{node}, kubeApiserver: v1.29.10, kubeControllerManager: v1.29.10, kubeScheduler: v1.29.10, kubelet: v1.29.10}}"
        );
    }
    text.push_str("etcd:\n  topology: stacked\n  members:\n");
    for node in 1..=3 {
        _ = writeln!(text, "  - {{name: cp-{node}, version: v3.5.15}}");
    }
    text.push_str("kubeProxy: v1.29.10\nnodePools:\n");
    for pool in 0..100 {
        _ = writeln!(text, "- name: pool-{pool:02}\n  nodes:");
        for node in 0..50 {
            _ = writeln!(
                text,
                "  - {{name: node-{pool:02}-{node:02}.eu-1.internal, kubelet: v1.29.10}}"
            );
        }
    }
    text.push_str("clients:\n- {name: ci, kubectl: v1.29.10}\n");
    text
}

/// What the program prints.
fn kubehop(arguments: &[&str]) -> Vec<u8> {
    let output = quiet(PROGRAM).arg("--quiet").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The pages that the browser opens, and the plans that they are compared with.
fn write_pages(folder: &Path) {
    _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let write = |name: &str, text: Vec<u8>| fs::write(folder.join(name), text).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let plan = "plans/staging-eu-1.plan.yaml";
    write("sample.html", kubehop(&["render", plan, "-o", "html", "--start", "2027-01-11"]));
    write("sample.json", kubehop(&["render", plan, "-o", "json"]));
    for (name, plan) in [("hostile", hostile()), ("resumed", resumed()), ("empty", empty())] {
        write(&format!("{name}.html"), text(&plan).into_bytes());
        write(&format!("{name}.json"), serde_json::to_vec(&plan).unwrap());
    }
    write("large.yaml", large_inventory().into_bytes());
    let large = path("large.yaml");
    write("large.json", kubehop(&["plan", "--inventory", &large, "--to", "1.32", "-o", "json"]));
    write("large.html", kubehop(&["render", &path("large.json"), "-o", "html"]));
}

/// Where a program lies, if it does.
fn which(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

#[test]
fn the_page_in_a_browser() {
    let tests = root().join("tests/page");
    let chromium = std::env::var_os("KUBEHOP_CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| which(&["chromium", "chromium-browser", "google-chrome"]));
    let (node, chromium) = match (which(&["node"]), chromium) {
        (Some(node), Some(chromium)) if tests.join("node_modules").is_dir() => (node, chromium),
        (None, _) => return println!("skipped: node is not installed"),
        (_, None) => {
            return println!("skipped: Chromium is not installed (or name it in KUBEHOP_CHROMIUM)");
        }
        _ => return println!("skipped: `npm ci` has not been run in tests/page"),
    };
    let pages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    write_pages(&pages);
    let output = quiet(node.to_str().unwrap())
        .current_dir(&tests)
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .env("KUBEHOP_PAGES", &pages)
        .env("KUBEHOP_CHROMIUM", chromium)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("tests ") && !said.contains("tests 0"), "the tests were found");
}
