//! README.md and `docs/` say what the program does: every console block is run, every generated part is
//! compared. `KUBEHOP_UPDATE=1 cargo test --test docs` writes answers and generated parts anew.
//!
//! - A fenced block `console` holds commands after `$ ` and their answers. A line `? 1` after a command is
//!   its exit code, 0 where there is none. In an answer `...` as a line stands for any lines, and `[..]` for
//!   any text in a line; such answers are compared but never written. Commands run in a directory of the
//!   page's own, with `plans/` in it. Blocks with a command that is not `kubehop` are left alone.
//! - A fenced block whose info string has a second word, such as `yaml prod.yaml`, is a file there.
//! - What stands between `<!-- generated: WHAT -->` and `<!-- end of generated -->` is generated.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;

use kubehop::diagnostic::SourceFile;
use serde_json::Value;

use support::PROGRAM;
use support::compare_or_write;
use support::quiet;
use support::root;
use support::update;

/// Pages are written by one test at a time.
static PAGES: Mutex<()> = Mutex::new(());

const HOW: &str = "KUBEHOP_UPDATE=1 cargo test --test docs";

/// README.md and every page under `docs/`, by path from the root.
fn pages() -> Vec<PathBuf> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    walk(&root().join("docs"), &mut found);
    found.sort();
    found
}

fn kubehop(arguments: &[&str]) -> String {
    let output = quiet(PROGRAM).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A directory for the commands of a page.
struct Sandbox(PathBuf);

impl Sandbox {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("docs-{name}"));
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root().join("plans"), path.join("plans")).unwrap();
        Self(path)
    }

    /// Runs a command; standard error stands in the answer where it is written.
    fn run(&self, command: &str) -> (String, i32) {
        let program = Path::new(PROGRAM).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::env::split_paths(&path);
        let path =
            std::env::join_paths(std::iter::once(program.to_path_buf()).chain(paths)).unwrap();
        let output = quiet("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(&self.0)
            .env("PATH", path)
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }
}

/// Whether an answer is as written: `...` is any lines, `[..]` any text.
fn matches(written: &[&str], answer: &[&str]) -> bool {
    match written.split_first() {
        None => answer.is_empty(),
        Some((&"...", rest)) => (0..=answer.len()).any(|skip| matches(rest, &answer[skip..])),
        Some((line, rest)) => answer
            .split_first()
            .is_some_and(|(first, others)| matches_line(line, first) && matches(rest, others)),
    }
}

fn matches_line(written: &str, line: &str) -> bool {
    let mut parts = written.split("[..]");
    let Some(mut left) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return left.is_empty() };
    for part in middle {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[test]
fn answers_are_matched() {
    let answer = ["one", "two", "three"];
    assert!(matches(&["one", "...", "th[..]e"], &answer));
    assert!(matches(&["...", "[..]"], &answer));
    assert!(!matches(&["one", "three"], &answer));
    assert!(!matches(&["one", "two"], &answer));
}

/// The page with the answers that the commands give now; what differs from it is a failure.
fn checked(page: &str, sandbox: &Sandbox, place: &str, wrong: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let mut block = Vec::new();
        while let Some(next) = lines.next_if(|next| *next != "```") {
            block.push(next);
        }
        let (language, file) = info.split_once(' ').unwrap_or((info, ""));
        if !file.is_empty() {
            let file = sandbox.0.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, block.join("\n") + "\n").unwrap();
        }
        let foreign = |line: &&&str| line.starts_with("$ ") && !line.starts_with("$ kubehop ");
        if language != "console" || block.iter().find(foreign).is_some() {
            out.extend(block.iter().map(|line| format!("{line}\n")));
            continue;
        }
        let mut rest = &block[..];
        while let Some((first, mut following)) = rest.split_first() {
            let mut command =
                first.strip_prefix("$ ").expect("a console block starts with `$ `").to_owned();
            _ = writeln!(out, "{first}");
            while let Some((next, after)) = following.split_first()
                && let Some(more) = next.strip_prefix("> ")
            {
                command = format!("{command}\n{more}");
                _ = writeln!(out, "{next}");
                following = after;
            }
            let end = following.iter().position(|line| line.starts_with("$ "));
            let (mut written, after) = following.split_at(end.unwrap_or(following.len()));
            rest = after;
            let mut code = 0;
            if let Some((first, others)) = written.split_first()
                && let Some(text) = first.strip_prefix("? ")
            {
                code = text.parse().unwrap();
                written = others;
            }
            let (answer, is) = sandbox.run(&command);
            let answer: Vec<&str> = answer.lines().map(str::trim_end).collect();
            if is != 0 {
                _ = writeln!(out, "? {is}");
            }
            let elided = written.iter().any(|line| *line == "..." || line.contains("[..]"));
            if elided {
                out.extend(written.iter().map(|line| format!("{line}\n")));
            } else {
                out.extend(answer.iter().map(|line| format!("{line}\n")));
            }
            if is != code || !matches(written, &answer) {
                wrong.push(format!("{place}: `{command}` gives {is}:\n{}", answer.join("\n")));
            }
        }
    }
    out
}

#[test]
fn console_blocks_are_what_the_program_says() {
    let alone = PAGES.lock();
    let mut wrong = Vec::new();
    for path in pages() {
        let place = path.strip_prefix(root()).unwrap().display().to_string();
        if place.ends_with("guide/live.md") && !cfg!(feature = "live") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap_or_default();
        let sandbox = Sandbox::new(&place.replace(['/', '.'], "-"));
        let mut here = Vec::new();
        let now = checked(&page, &sandbox, &place, &mut here);
        if update() {
            // An answer with elisions is never written, so what is wrong with it stays wrong.
            if now != page {
                fs::write(&path, &now).unwrap();
            }
            here.clear();
            checked(&now, &Sandbox::new(&place.replace(['/', '.'], "-")), &place, &mut here);
        }
        wrong.extend(here);
    }
    drop(alone);
    assert!(wrong.is_empty(), "{}\n\nwrite answers anew with `{HOW}`", wrong.join("\n\n"));
}

#[test]
fn generated_parts_are_current() {
    let alone = PAGES.lock();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap_or_default();
        let mut now = String::new();
        let mut rest = page.as_str();
        while let Some((before, after)) = rest.split_once("<!-- generated: ") {
            let (what, after) = after.split_once(" -->").unwrap();
            let (_, after) = after
                .split_once("<!-- end of generated -->")
                .unwrap_or_else(|| panic!("{}: `{what}` has no end", path.display()));
            _ = write!(
                now,
                "{before}<!-- generated: {what} -->\n\n{}\n\n<!-- end of generated -->",
                generate(what).trim_end()
            );
            rest = after;
        }
        now.push_str(rest);
        compare_or_write(&path, &now, HOW);
    }
    drop(alone);
}

fn generate(what: &str) -> String {
    match what.split_once(' ').unwrap_or((what, "")) {
        ("help", "") => help(),
        ("rules", "") => rules(),
        ("endpoints", "") => endpoints(),
        ("kinds", "") => kinds(),
        ("keys", document) => keys(&schema(document)),
        _ => panic!("nobody generates `{what}`"),
    }
}

/// The help of every command.
fn help() -> String {
    let mut text = String::new();
    for command in [
        "",
        "plan",
        "inventory",
        "render",
        "verify",
        "audit",
        "diff",
        "status",
        "check",
        "record",
        "estimate",
        "review",
        "lint",
        "explain",
        "catalog",
        "catalog show",
        "catalog check",
        "catalog export",
        "schema",
        "completions",
        "man",
    ] {
        let title = format!("kubehop {command}");
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let answer = kubehop(&arguments);
        let answer: Vec<&str> = answer.lines().map(str::trim_end).collect();
        _ = write!(text, "### {}\n\n```text\n{}\n```\n\n", title.trim(), answer.join("\n"));
    }
    text
}

/// Every request of a collection, with the permission that it takes.
fn endpoints() -> String {
    let mut text = String::from("| Request | Permission | Tells |\n| --- | --- | --- |\n");
    for endpoint in kubehop::live::ENDPOINTS {
        let path = endpoint.paths().remove(0).replace("%3D", "=");
        _ = writeln!(text, "| `{path}` | {} | {} |", endpoint.permission(), endpoint.what);
    }
    text
}

/// Every kind of object that a checkpoint may ask for.
fn kinds() -> String {
    let name = |resource: &kubehop::check::Resource| format!("`{}`", resource.name());
    let names: Vec<String> = kubehop::check::RESOURCES.iter().map(name).collect();
    format!("{}, each at version `v1` of its group.", names.join(", "))
}

/// Every rule, grouped by who demands it.
fn rules() -> String {
    let answer: Value = serde_json::from_str(&kubehop(&["explain", "-o", "json"])).unwrap();
    let rules = answer["rules"].as_array().unwrap();
    let mut text = String::new();
    for (layer, title) in [
        ("kubernetes", "The version skew policy of Kubernetes"),
        ("etcd", "etcd"),
        ("kubeadm", "kubeadm"),
        ("practice", "Practice"),
    ] {
        _ = write!(
            text,
            "### {title}\n\n| Rule | Holds for | What it says | So | Source |\n| --- | --- | --- | --- | --- |\n"
        );
        for rule in rules.iter().filter(|rule| rule["layer"] == layer) {
            let field = |name: &str| rule[name].as_str().unwrap().replace('|', "\\|");
            _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | [source]({}) |",
                field("id"),
                field("holds"),
                field("text"),
                field("consequence"),
                field("source"),
            );
        }
        text.push('\n');
    }
    text
}

fn schema(document: &str) -> Value {
    serde_json::from_str(&kubehop(&["schema", document])).unwrap()
}

/// Every key of a document as tables, one for each object, in the order in which they are met.
fn keys(schema: &Value) -> String {
    let mut text = String::new();
    let mut order = Vec::new();
    object(schema, "The document", &mut order, &mut text);
    let mut at = 0;
    while at < order.len() {
        let name: String = order[at].clone();
        object(&schema["$defs"][&name], &name, &mut order, &mut text);
        at += 1;
    }
    text
}

fn object(schema: &Value, name: &str, order: &mut Vec<String>, text: &mut String) {
    let about = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    let title = if name.contains(' ') { name.to_owned() } else { format!("`{name}`") };
    _ = write!(text, "### {title}\n\n");
    if !about.is_empty() {
        _ = write!(text, "{about}\n\n");
    }
    if let Some(values) = schema["oneOf"].as_array() {
        text.push_str("| Value | Meaning |\n| --- | --- |\n");
        for value in values {
            let meaning = value["description"].as_str().unwrap_or_default().replace('\n', " ");
            match value["const"].as_str() {
                Some(constant) => _ = writeln!(text, "| `{constant}` | {meaning} |"),
                None => _ = writeln!(text, "| {} | {meaning} |", kind(value, order)),
            }
        }
        text.push('\n');
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let example = schema["examples"][0].as_str();
        let example = example.map(|one| format!(", such as `{one}`")).unwrap_or_default();
        _ = write!(text, "A text{example}. Pattern: `{pattern}`\n\n");
    }
    if let Some(properties) = schema["properties"].as_object() {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        text.push_str("| Key | Type | Given | Meaning |\n| --- | --- | --- | --- |\n");
        for (key, value) in properties {
            let about = value["description"].as_str().unwrap_or_default().replace('\n', " ");
            let given = if required.contains(&key.as_str()) { "always" } else { "optional" };
            let about = about.replace('|', "\\|");
            _ = writeln!(text, "| `{key}` | {} | {given} | {about} |", kind(value, order));
        }
        if let Some(patterns) = schema["patternProperties"].as_object() {
            for value in patterns.values() {
                _ = writeln!(text, "| a version | {} | optional | |", kind(value, order));
            }
        }
        text.push('\n');
    }
}

/// The type of a value in words, with links; remembers what is linked.
fn kind(schema: &Value, order: &mut Vec<String>) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        if !order.iter().any(|known| known == name) {
            order.push(name.to_owned());
        }
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(one) = schema["anyOf"].as_array() {
        let one: Vec<String> = one
            .iter()
            .filter(|value| value["type"] != "null")
            .map(|value| kind(value, order))
            .collect();
        return one.join(" or ");
    }
    if let Some(constant) = schema["const"].as_str() {
        return format!("`{constant}`");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let names: Vec<String> = names
        .into_iter()
        .filter(|name| *name != "null")
        .map(|name| match name {
            "array" => format!("list of {}", kind(&schema["items"], order)),
            "object" => {
                match schema["patternProperties"].as_object().and_then(|map| map.values().next()) {
                    Some(value) => format!("map of versions to {}", kind(value, order)),
                    None => "map".to_owned(),
                }
            }
            "integer" => "number".to_owned(),
            "string" if schema["format"] == "date" => "date".to_owned(),
            "string" => "text".to_owned(),
            other => other.to_owned(),
        })
        .collect();
    if names.is_empty() { "any".to_owned() } else { names.join(" or ") }
}

#[test]
fn schemas_are_current() {
    for document in [
        "plan",
        "inventory",
        "record",
        "matrix",
        "catalog",
        "baseline",
        "calendar",
        "estimates",
        "policy",
        "steps",
    ] {
        let path = root().join(format!("docs/reference/schema/{document}.json"));
        compare_or_write(&path, &kubehop(&["schema", document]), HOW);
    }
}

/// What a page shows as YAML is YAML, templates of workflows included.
#[test]
fn yaml_blocks_are_yaml() {
    let mut blocks = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            // A second word names a file, which the console blocks of the page read.
            if line != "```yaml" {
                continue;
            }
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let text = block.join("\n");
            let value: Result<Value, _> =
                kubehop::yaml::read(&SourceFile::new("block.yaml", text.as_str()));
            let value = value.unwrap_or_else(|error| {
                panic!("{}: {}\n{text}", path.display(), error.render(false))
            });
            if text.contains("runs-on:") {
                let jobs = value["jobs"].as_object().unwrap();
                for (name, job) in jobs {
                    let steps = job["steps"].as_array().unwrap();
                    let acts = steps
                        .iter()
                        .all(|step| step.get("uses").is_some() || step.get("run").is_some());
                    assert!(acts && !steps.is_empty(), "{}: {name}", path.display());
                }
            }
            blocks += 1;
        }
    }
    assert!(blocks >= 1);
}

/// Links inside the project lead somewhere.
#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap_or_default();
        for target in page.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            let (file, anchor) = target.0.split_once('#').unwrap_or((target.0, ""));
            if file.contains("://") || file.contains(char::is_whitespace) || file == "..." {
                continue;
            }
            let file =
                if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            if !file.exists() {
                wrong.push(format!("{}: {}", path.display(), target.0));
            } else if !anchor.is_empty() {
                let there = fs::read_to_string(&file).unwrap();
                let mut headings = there.lines().filter(|line| line.starts_with('#'));
                if !headings.any(|line| slug(line) == anchor) {
                    wrong.push(format!("{}: no heading #{anchor}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The anchor that GitHub gives a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// Every kind of finding and every built-in template has its place in the reference.
#[test]
fn pages_that_explain_name_everything() {
    let findings = fs::read_to_string(root().join("docs/findings.md")).unwrap();
    let templates = fs::read_to_string(root().join("docs/reference/templates.md")).unwrap();
    let list = kubehop(&["explain"]);
    let codes = list.split_once("Findings\n").unwrap().1;
    for code in codes.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(findings.contains(&format!("\n## {code}: ")), "no section for {code}");
    }
    for entry in fs::read_dir(root().join("templates/partials")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(templates.contains(&format!("`partials/{name}`")), "no row for {name}");
    }
}
