//! Every built-in template, the templates of a user, and what is said when one of them fails.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod markdown;

use std::path::Path;
use std::path::PathBuf;

use kubehop::diagnostic::SourceFile;
use kubehop::render::BUILTINS;
use kubehop::render::Options;
use kubehop::render::Overrides;
use kubehop::render::Renderer;

use markdown::fixture;
use markdown::good;
use markdown::lint::lint;

fn walk(directory: &Path, names: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, names) } else { names.push(path) }
    }
}

#[test]
fn the_table_of_built_in_templates_is_the_directory() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut paths = Vec::new();
    walk(&top, &mut paths);
    let mut files: Vec<String> = paths
        .iter()
        .map(|path| path.strip_prefix(&top).unwrap().to_str().unwrap().replace('\\', "/"))
        .collect();
    files.sort();
    let mut names: Vec<&str> = BUILTINS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

#[test]
fn every_template_compiles() {
    let renderer = good(Renderer::new(Overrides::none()));
    for (name, text) in BUILTINS {
        good(renderer.check(name));
        good(renderer.check(&format!("builtin/{name}")));
        assert!(text.lines().all(|line| !line.ends_with(' ')), "{name} has a trailing space");
    }
}

fn render(overrides: Overrides) -> Result<String, String> {
    good(Renderer::new(overrides))
        .runbook(&fixture(), &Options::default())
        .map_err(|error| error.render(false))
}

fn main(text: &str) -> Overrides {
    Overrides::none().with_main(SourceFile::new("site/mine.md.j2", text))
}

#[test]
fn a_template_that_fails_names_file_and_line() {
    let deep = "x\n".repeat(3) + "{{ hops[0].nothing }}";
    let cases: &[(&str, Overrides, &[&str])] = &[
        (
            "a value that does not exist",
            main("# {{ cluster }}\n\nBy {{ operator }}.\n"),
            &[
                "the template uses `operator`, which does not exist",
                "site/mine.md.j2:3:7",
                "3 | By {{ operator }}.",
            ],
        ),
        (
            "a value that does not exist, further in",
            main(&deep),
            &["`hops[0].nothing`", "site/mine.md.j2:4:4"],
        ),
        (
            "a syntax error",
            main("a\n{% if cluster %}\nb\n{% for %}\n"),
            &["syntax error", "site/mine.md.j2:4:8", "4 | {% for %}"],
        ),
        (
            "a block that is not closed",
            main("{% block a %}\ntext\n"),
            &["syntax error", "site/mine.md.j2:"],
        ),
        (
            "a loop without an end",
            main(
                "a\n{% for a in range(90000) %}{% for b in range(90000) %}{{ b }}{% endfor %}{% endfor %}",
            ),
            &["the template takes too much work", "site/mine.md.j2:2:", "look for a loop"],
        ),
        ("a text without an end", main("a\n{{ 'x' * 100000000000 }}"), &["site/mine.md.j2:2:"]),
        (
            "an include that does not exist",
            main("a\nb\n{% include 'footer.md.j2' %}\n"),
            &[
                "template `footer.md.j2` does not exist",
                "site/mine.md.j2:3:",
                "built in are audit.md.j2, diff.md.j2, explain.md.j2",
            ],
        ),
        (
            "an include outside of the directory",
            main("{% include '../../../etc/passwd' %}"),
            &["template `../../../etc/passwd` does not exist", "site/mine.md.j2:1:"],
        ),
        (
            "an include by its whole path",
            main("{% include '/etc/passwd' %}"),
            &["template `/etc/passwd` does not exist", "site/mine.md.j2:1:"],
        ),
        (
            "a template that includes itself",
            Overrides::none().with_named(
                "runbook.md.j2",
                SourceFile::new("t/runbook.md.j2", "{% include 'runbook.md.j2' %}"),
            ),
            &["t/runbook.md.j2:1:"],
        ),
        (
            "a filter that does not exist",
            main("{{ cluster|shout }}"),
            &["shout", "site/mine.md.j2:1:", "filters of its own are md, prose"],
        ),
        ("an absent value", main("x\n{{ none }}"), &["the value is absent", "site/mine.md.j2:2:"]),
        (
            "a function that reaches outside",
            main("{{ env('HOME') }}"),
            &["env", "site/mine.md.j2:1:"],
        ),
        (
            "a partial of the user's",
            Overrides::none().with_named(
                "partials/step.md.j2",
                SourceFile::new("t/partials/step.md.j2", "ok\n{{ block.titel }}\n"),
            ),
            &["`block.titel`", "t/partials/step.md.j2:2:4"],
        ),
    ];
    for (name, overrides, parts) in cases {
        let error = render(overrides.clone()).unwrap_err();
        for part in *parts {
            assert!(error.contains(part), "{name}: `{part}` is missing in\n{error}");
        }
        assert!(!error.contains("root:x"), "{name}: a file outside was read");
    }
}

#[test]
fn an_override_changes_one_block_and_keeps_the_rest() {
    let text = "{% extends \"builtin/runbook.md.j2\" %}\n{% block title %}\n# CHG-4711: {{ cluster|md }}\n\n{% endblock %}\n";
    let plain = render(Overrides::none()).unwrap();
    for overrides in [
        main(text),
        Overrides::none().with_named("runbook.md.j2", SourceFile::new("t/runbook.md.j2", text)),
        Overrides::none()
            .with_main(SourceFile::new("x/runbook.md.j2", text.replace("builtin/", ""))),
    ] {
        let mine = render(overrides).unwrap();
        assert!(mine.starts_with("# CHG-4711: prod-eu-1\n"), "{}", &mine[..80]);
        let rest = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(rest(&mine), rest(&plain));
        assert_eq!(lint(&mine), Vec::<String>::new());
    }
}

#[test]
fn a_partial_of_a_directory_takes_the_place_of_the_built_in_one() {
    let partial = SourceFile::new("t/signoff.md.j2", "Signed in the ticket.\n");
    let text = render(Overrides::none().with_named("partials/signoff.md.j2", partial)).unwrap();
    assert!(text.contains("Signed in the ticket."));
    assert!(!text.contains("### Sign-off"));
    assert_eq!(lint(&text), Vec::<String>::new());
}

#[test]
fn a_directory_is_read_once_and_never_left() {
    let top = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates-of-the-user");
    _ = std::fs::remove_dir_all(&top);
    std::fs::create_dir_all(top.join("partials")).unwrap();
    let error = Overrides::read(None, Some(&top)).unwrap_err().render(false);
    assert!(error.contains("holds no template"), "{error}");
    std::fs::write(top.join("partials/signoff.md.j2"), "Signed elsewhere.\n").unwrap();
    std::fs::write(top.join("notes.txt"), "no template").unwrap();
    let overrides = good(Overrides::read(None, Some(&top)));
    assert_eq!(overrides.names().collect::<Vec<_>>(), ["partials/signoff.md.j2"]);
    assert!(render(overrides).unwrap().contains("Signed elsewhere."));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", top.join("out.md.j2")).unwrap();
        let error = Overrides::read(None, Some(&top)).unwrap_err().render(false);
        assert!(error.contains("leads out of"), "{error}");
    }
    let missing = top.join("missing.md.j2");
    let error = Overrides::read(Some(&missing), None).unwrap_err().render(false);
    assert!(
        error.contains("cannot read the template") && error.contains("missing.md.j2"),
        "{error}"
    );
}
