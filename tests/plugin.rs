//! The program as a plugin of kubectl: name, completion, and the manifest that installs it.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use support::PROGRAM;
use support::quiet;
use support::root;

/// A folder with the plugin and its completion in it, as an operator installs them.
fn installed(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(PROGRAM, folder.join("kubectl-hop")).unwrap();
    let script = "kubectl_complete-hop";
    fs::copy(root().join("plugin").join(script), folder.join(script)).unwrap();
    folder
}

fn with_path(program: &Path, folder: &Path) -> Command {
    let mut command = quiet(program.to_str().unwrap());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    command
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn help_and_hints_say_what_to_type() {
    let folder = installed("plugin-help");
    let plugin = || with_path(&folder.join("kubectl-hop"), &folder);
    for arguments in [&["--help"][..], &["plan", "--help"], &["help", "verify"]] {
        let help = said(plugin().args(arguments));
        assert!(help.contains("Usage: kubectl hop"), "{help}");
        assert!(!help.contains("  kubehop "), "{help}");
        assert!(help.contains("\n  kubectl hop "), "{help}");
    }
    let wrong = said(plugin().args(["plan", "--from", "1.30"]));
    assert!(wrong.contains("Usage: kubectl hop plan"), "{wrong}");
    let summary = said(plugin().args(["plan", "--from", "1.30", "--to", "1.31"]));
    assert!(summary.contains("kubectl hop verify PLAN"), "{summary}");
    assert!(!summary.contains("kubehop verify"), "{summary}");
    let document =
        plugin().args(["plan", "--from", "1.30", "--to", "1.31", "-q", "-o", "yaml"]).output();
    let alone = quiet(PROGRAM)
        .args(["plan", "--from", "1.30", "--to", "1.31", "-q", "-o", "yaml"])
        .output();
    assert_eq!(document.unwrap().stdout, alone.unwrap().stdout, "documents do not depend on it");
}

#[test]
fn the_script_prints_candidates_and_a_directive() {
    let folder = installed("plugin-completion");
    for (words, first, last) in [
        (&["pl"][..], "plan\t", ":4"),
        (&["plan", "--strategy", "min"], "min-drains\t", ":4"),
        (&["render", "--templates", "templ"], "templates/", ":6"),
        (&["plan", "--from", "1.30", "--pin", ""], ":0", ":0"),
    ] {
        let script = with_path(&folder.join("kubectl_complete-hop"), &folder).args(words).output();
        let script = script.unwrap();
        assert!(script.status.success());
        let text = String::from_utf8(script.stdout).unwrap();
        assert!(text.starts_with(first), "{words:?}: {text}");
        assert_eq!(text.lines().last(), Some(last), "{words:?}: {text}");
    }
}

/// The contexts of the kubeconfig are offered, whatever else stands in it.
#[cfg(feature = "live")]
#[test]
fn contexts_are_completed() {
    let folder = installed("plugin-contexts");
    let contexts = "contexts:\n- {name: prod-eu, context: {cluster: a}}\n- {name: prod-us}\n";
    fs::write(folder.join("config"), contexts).unwrap();
    let script = || {
        let mut script = with_path(&folder.join("kubectl_complete-hop"), &folder);
        script.env("KUBECONFIG", folder.join("config"));
        script
    };
    let words = said(script().args(["plan", "--context", "prod-e"]));
    assert_eq!(words, "prod-eu\n:4\n");
    fs::write(folder.join("config"), "contexts: broken").unwrap();
    let words = said(script().args(["inventory", "--context", ""]));
    assert_eq!(words, ":0\n");
}

#[test]
fn the_script_is_what_the_program_prints() {
    let path = root().join("plugin/kubectl_complete-hop");
    let printed = quiet(PROGRAM).args(["completions", "kubectl"]).output().unwrap();
    assert_eq!(printed.stdout, fs::read(&path).unwrap());
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o111, 0o111, "it is executable");
}

/// A real kubectl finds the plugin and its completion. `KUBECTL` names one; without it kubectl of
/// `PATH` is taken, and where there is none the test says so.
#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where kubectl lies")]
fn kubectl_runs_and_completes_the_plugin() {
    let kubectl = PathBuf::from(std::env::var("KUBECTL").unwrap_or_else(|_| "kubectl".to_owned()));
    let folder = installed("plugin-kubectl");
    let Ok(version) = with_path(&kubectl, &folder).args(["version", "--client"]).output() else {
        println!("skipped: no kubectl in PATH, and KUBECTL names none");
        return;
    };
    assert!(version.status.success());
    let help = said(with_path(&kubectl, &folder).args(["hop", "--help"]));
    assert!(help.contains("Usage: kubectl hop"), "{help}");
    let words = said(with_path(&kubectl, &folder).args(["__complete", "hop", "pl"]));
    assert!(words.starts_with("plan\tMake a plan"), "{words}");
    assert!(words.contains("ShellCompDirectiveNoFileComp"), "{words}");
    let list = said(with_path(&kubectl, &folder).args(["plugin", "list"]));
    assert!(list.contains("kubectl-hop") && !list.contains("warning"), "{list}");
}

#[test]
fn the_manifest_for_krew_has_what_krew_demands() {
    let text = fs::read_to_string(root().join("plugin/krew.yaml.tmpl")).unwrap();
    let manifest: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(manifest["apiVersion"], "krew.googlecontainertools.github.com/v1alpha2");
    assert_eq!(manifest["kind"], "Plugin");
    assert_eq!(manifest["metadata"]["name"], "hop");
    let spec = &manifest["spec"];
    for field in ["version", "homepage", "shortDescription", "description"] {
        assert!(spec[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    assert!(spec["shortDescription"].as_str().unwrap().len() <= 50);
    let platforms = spec["platforms"].as_array().unwrap();
    assert_eq!(platforms.len(), 4);
    for platform in platforms {
        let labels = &platform["selector"]["matchLabels"];
        let (os, arch) = (labels["os"].as_str().unwrap(), labels["arch"].as_str().unwrap());
        assert!(platform["uri"].as_str().unwrap().ends_with(&format!("-{os}-{arch}.tar.gz")));
        let sum = format!("${{{}_{}_SHA256}}", os.to_uppercase(), arch.to_uppercase());
        assert_eq!(platform["sha256"], sum);
        assert_eq!(platform["bin"], "kubehop");
    }
}
