//! Every form, read back by a parser that shares nothing with the writer, with names that try to act.

use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;

use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::finding::Finding;
use kubehop::render;
use kubehop::review::Policy;
use kubehop::review::Review;
use kubehop::review::Since;
use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use scraper::Html;
use scraper::Selector;
use serde_json::Value;
use serde_sarif::sarif::Sarif;

use crate::good::Case;
use crate::markdown::lint::lint;

/// A name that tries everything: tags, tables, links, macros, quotes, control characters.
const EVIL: &str =
    "<script>alert(1)</script>|{color:red}*b*_i_[x|http://e]`]]>\"'&amp;\u{1b}[31m\u{202e}-->";

fn hostile() -> Review {
    let mut case = Case::edited(|plan| {
        plan.metadata.name = format!("{EVIL}-v1.35.9-to-v1.37.1");
        for hop in &mut plan.hops {
            EVIL.clone_into(&mut hop.hazards[0].title);
            hop.hazards[0].when = Some(EVIL.to_owned());
            for step in &mut hop.steps {
                step.title = format!("{EVIL} `{EVIL}");
                EVIL.clone_into(&mut step.rollback.until);
                for checkpoint in &mut step.checkpoints {
                    EVIL.clone_into(&mut checkpoint.title);
                }
            }
        }
        plan.assumptions.push(kubehop::plan::Assumption {
            id: EVIL.to_owned(),
            text: format!("{EVIL}\nsecond line"),
            settle: EVIL.to_owned(),
        });
    });
    let mut inventory = crate::good::inventory();
    inventory.pools[1].nodes[0].name = "<img|*src*=x>".parse().unwrap();
    case.inventory = Some(inventory);
    let quoted = serde_json::to_string(&EVIL.replace(['\u{1b}', '\u{202e}'], "")).unwrap();
    let policy = format!(
        "apiVersion: kubehop.dev/v1alpha1\nkind: ReviewPolicy\nmetadata: {{name: {quoted}}}\n\
         rules: {{approvals: [{quoted}], acknowledge: {{severities: [blocker]}}}}\n\
         approvals: [{{role: {quoted}, by: {quoted}, at: '2026-11-20T00:00:00Z'}}]\n"
    );
    case.policy = Some(Policy::read(&SourceFile::new("p.yaml", policy)).unwrap());
    let mut review = case.review();
    review.since =
        Some(Since { plan: EVIL.to_owned(), equal: false, changes: vec![EVIL.to_owned()] });
    review
}

fn reviews() -> Vec<(&'static str, Review)> {
    let mut rejected = Case::edited(|plan| plan.hops[0].steps.clear());
    rejected.inventory = None;
    let mut empty = Case::new();
    empty.plan.hops.clear();
    empty.plan.closing.clear();
    vec![
        ("good", Case::new().review()),
        ("rejected", rejected.review()),
        ("empty", empty.review()),
        ("hostile", hostile()),
    ]
}

fn events(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS).collect()
}

/// The HTML that a Markdown parser passes through.
fn raw_html(text: &str) -> Vec<String> {
    let raw = events(text).into_iter().filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html.trim().to_owned()),
        _ => None,
    });
    raw.filter(|html| !html.is_empty()).collect()
}

#[test]
fn markdown_is_what_a_markdown_parser_reads() {
    for (name, review) in reviews() {
        for text in
            [render::review_markdown(&review).unwrap(), render::review_comment(&review).unwrap()]
        {
            for html in raw_html(&text) {
                let own = html.starts_with("<!-- kubehop-review ")
                    || html.starts_with("<summary>")
                    || html.starts_with("<code>")
                    || ["<details>", "</details>", "</code>"].contains(&html.as_str())
                    || html
                        .lines()
                        .all(|line| line.starts_with("<details>") || line.starts_with("<summary>"));
                assert!(own, "{name}: foreign HTML `{html}`");
            }
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{name}");
            let links = events(&text).into_iter().filter(|event| {
                matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. }))
            });
            assert_eq!(links.count(), 0, "{name}: a review has no links");
            // A cell that breaks its table leaves bars in the text behind it.
            let paragraphs = text.lines().filter(|line| line.starts_with('|')).count();
            let rows = events(&text)
                .iter()
                .filter(|event| matches!(event, Event::Start(Tag::TableRow | Tag::TableHead)))
                .count();
            let rules = text.lines().filter(|line| line.starts_with("| -")).count();
            assert_eq!(paragraphs, rows + rules, "{name}");
        }
        let faults = lint(&render::review_markdown(&review).unwrap());
        assert_eq!(faults, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn conditions_are_boxes_to_tick() {
    let review =
        Case { inventory: None, as_of: "2026-12-28".parse().unwrap(), ..Case::new() }.review();
    for text in
        [render::review_markdown(&review).unwrap(), render::review_comment(&review).unwrap()]
    {
        let boxes =
            events(&text).iter().filter(|event| matches!(event, Event::TaskListMarker(_))).count();
        assert_eq!(boxes, 1, "{text}");
    }
}

#[test]
fn a_comment_fits_into_a_comment() {
    let mut review = hostile();
    let finding = review.findings[0].clone();
    for _ in 0..5_000 {
        review.findings.push(finding.clone());
        let item = review.reasons[0].items[0].clone();
        review.reasons[0].items.push(item);
        review.hazards.push(review.hazards[0].clone());
        review.impact.disruptions.push(review.impact.disruptions[0].clone());
    }
    let comment = render::review_comment(&review).unwrap();
    assert!(comment.len() < 65_536, "{} bytes", comment.len());
}

#[test]
fn html_is_one_clean_page() {
    for (name, review) in reviews() {
        let text = render::review_html(&review).unwrap();
        let page = Html::parse_document(&text);
        assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
        let count = |selector: &str| page.select(&Selector::parse(selector).unwrap()).count();
        for foreign in ["script", "img", "link", "iframe", "a", "[onclick]", "[src]", "[href]"] {
            assert_eq!(count(foreign), 0, "{name}: {foreign}");
        }
        assert_eq!((count("h1"), count("title"), count("main")), (1, 1, 1), "{name}");
        let verdict = format!(".verdict.{}", review.verdict.name());
        assert_eq!(count(&verdict), 1, "{name}: {verdict}");
        let rows = count("table tr");
        assert!(rows > 10 || name == "empty", "{name}: {rows}");
        for table in page.select(&Selector::parse("table").unwrap()) {
            let cells = Selector::parse("th, td").unwrap();
            let widths: Vec<usize> = table
                .select(&Selector::parse("tr").unwrap())
                .map(|row| row.select(&cells).count())
                .collect();
            assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{name}: {widths:?}");
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{name}");
        for word in ["url(", "@import", "http-equiv"] {
            assert!(!text.contains(word), "{name}: {word}");
        }
    }
    let text = render::review_html(&hostile()).unwrap();
    let shown: String = Html::parse_document(&text).root_element().text().collect();
    assert!(shown.contains("<script>alert(1)</script>"), "what looks like a tag is shown as text");
}

#[test]
fn sarif_is_what_its_schema_asks_for() {
    for (name, review) in reviews() {
        let value = render::review_sarif(&review, Some("a b/<plan>.yaml"));
        let read: Sarif = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), value, "{name}");
        let run = &value["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), review.findings.len(), "{name}");
        for result in results {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let rule = &run["tool"]["driver"]["rules"][at];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["help"]["text"].as_str().is_some_and(|text| text.len() > 100), "{rule}");
        }
    }
}

/// Asks a parser that shares nothing with the writer, where one is installed.
fn xml_counts(text: &str) -> Option<(usize, usize)> {
    let script = "import sys, xml.etree.ElementTree as t; r = t.fromstring(sys.stdin.buffer.read()); \
        print(len(r.findall('.//testcase')), len(r.findall('.//failure')))";
    let spawned = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    // Without Python there is nobody to ask.
    let Ok(mut child) = spawned else { return None };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    let counts = String::from_utf8(output.stdout).unwrap();
    let counts: Vec<usize> = counts.split_whitespace().map(|it| it.parse().unwrap()).collect();
    Some((counts[0], counts[1]))
}

#[test]
fn junit_is_xml_with_a_case_for_each_code() {
    for (name, review) in reviews() {
        let errors = |finding: &Finding| finding.severity == Severity::Error;
        let codes: std::collections::BTreeSet<&str> =
            review.findings.iter().filter(|it| errors(it)).map(|it| it.code).collect();
        let text = render::review_junit(&review, errors).unwrap();
        if let Some((cases, failures)) = xml_counts(&text) {
            assert!(cases > 70, "{name}: {cases}");
            assert_eq!(failures, codes.len(), "{name}");
        }
        assert!(!render::review_junit(&review, |_| false).unwrap().contains("<failure"));
    }
}

/// Jira has no parser of its own to ask: what opens must close, and names must not open anything.
#[test]
fn jira_markup_is_balanced() {
    for (name, review) in reviews() {
        let text = render::review_jira(&review).unwrap();
        let mut columns = None;
        for line in text.lines() {
            // Escaped characters are text.
            let mut bare = String::new();
            let mut chars = line.chars();
            while let Some(char) = chars.next() {
                if char == '\\' {
                    chars.next();
                } else {
                    bare.push(char);
                }
            }
            assert_eq!(bare.matches("{{").count(), bare.matches("}}").count(), "{name}: {line}");
            let left = bare.replace("{{", "").replace("}}", "");
            assert!(!left.contains(['{', '}', '[', ']', '^', '~']), "{name}: {line}");
            assert!(
                !left.contains("(/)") && !left.contains("(x)") && !left.contains('!'),
                "{name}: {line}"
            );
            let stars = left.matches('*').count();
            assert!(
                stars == 0
                    || stars == 1 && left.starts_with("* ")
                    || stars == 3 && left.starts_with("* *"),
                "{name}: {line}"
            );
            let dividers = left.replace("||", "|").matches('|').count();
            match (left.starts_with('|'), columns) {
                (false, _) => {
                    assert_eq!(dividers, 0, "{name}: {line}");
                    columns = None;
                }
                (true, None) => {
                    assert!(left.starts_with("||"), "{name}: a table needs a head: {line}");
                    columns = Some(dividers);
                }
                (true, Some(columns)) => assert_eq!(dividers, columns, "{name}: {line}"),
            }
        }
        assert!(text.starts_with("h2. "), "{name}");
    }
}

#[test]
fn a_change_request_fits_its_fields() {
    for (name, review) in reviews() {
        let request = render::review_change_request(&review).unwrap();
        let value: Value = serde_json::to_value(&request).unwrap();
        let fields = value.as_object().unwrap();
        let keys: Vec<&String> = fields.keys().collect();
        assert_eq!(
            keys,
            [
                "short_description",
                "justification",
                "implementation_plan",
                "risk_impact_analysis",
                "backout_plan",
                "test_plan",
            ],
            "{name}"
        );
        for (key, value) in fields {
            let text = value.as_str().unwrap();
            let most = if key == "short_description" { 160 } else { 4_000 };
            let length = text.chars().count();
            assert!((1..=most).contains(&length), "{name}: {key} has {length} characters");
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{name}: {key}");
        }
        assert!(!request.short_description.contains('\n'), "{name}");
    }
}

#[test]
fn text_fits_into_80_columns() {
    for (name, review) in reviews() {
        let text = render::review_text(&review, 80);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{name}");
        for line in text.lines().filter(|_| name != "hostile") {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
    let good = render::review_text(&Case::new().review(), 80);
    let good = anstream::adapter::strip_str(&good).to_string();
    insta::assert_snapshot!("review-text", good);
}

/// The same input gives the same bytes.
#[test]
fn forms_are_deterministic() {
    let (one, two) = (Case::new().review(), Case::new().review());
    assert_eq!(render::review_markdown(&one).unwrap(), render::review_markdown(&two).unwrap());
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
}
