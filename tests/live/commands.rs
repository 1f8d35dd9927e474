//! The program against the server: `inventory`, `audit` and `plan` with `--context`.
//!
//! `cases!` is the one list. A case names the commands that it needs, and is skipped as long as the
//! program does not know `--context` there (as without the `live` feature).

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::Live;
use crate::access;
use crate::access::Permission;
use crate::access::STAND_IN;
use crate::expected;
use crate::expected::versions;
use crate::kubeconfig::Credentials;
use crate::live;
use crate::objects::CORDONED;
use crate::objects::NOT_READY;
use crate::objects::STRAGGLERS;
use crate::pki::Validity;
use crate::process::Ran;
use crate::process::run;
use crate::proxy::Trouble;
use crate::proxy::nobody;
use crate::proxy::proxy;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kubehop");

/// Nothing that is asked of the program takes longer, whatever the server does.
const LIMIT: Duration = Duration::from_secs(60);

/// How the program is told to give up soon, and what is allowed above that.
const SOON: [&str; 2] = ["--timeout", "2s"];
const SOON_LIMIT: Duration = Duration::from_secs(10);

/// So many bytes into a connection a list of nodes has begun and has not ended, compressed or not.
const IN_A_LIST: usize = 20_000;

/// What kubeadm called the configuration of kubelets until 1.23.
const OLD_NAMES: [&str; 1] = ["kubelet-config-1."];

/// What an output says of what could not be read.
const UNKNOWN: &str = "unknown";

macro_rules! cases {
    ($($name:ident needs $commands:expr;)*) => {$(
        #[test]
        fn $name() {
            if let Some(live) = ready(&$commands) {
                bodies::$name(live);
            }
        }
    )*};
}

cases! {
    everything_is_collected_with_the_printed_rbac needs ["inventory"];
    every_kind_of_credentials_is_read needs ["inventory"];
    each_missing_permission_is_an_unknown needs ["inventory"];
    without_any_permission_it_is_said_what_it_takes needs ["inventory"];
    a_wrong_context_names_the_contexts needs ["inventory"];
    a_server_that_is_down_is_said_to_be_down needs ["inventory"];
    a_silent_server_is_given_up_in_time needs ["inventory"];
    an_answer_cut_short_is_no_inventory needs ["inventory"];
    a_slow_server_is_waited_for needs ["inventory"];
    a_certificate_of_another_authority_is_refused needs ["inventory"];
    an_expired_certificate_is_named needs ["inventory"];
    a_pool_label_can_be_chosen needs ["inventory"];
    what_is_collected_is_what_kubectl_dumps needs ["inventory"];
    nothing_is_written needs ["inventory"];
    the_audit_finds_what_is_wrong needs ["audit"];
    the_plan_is_that_of_the_inventory needs ["inventory", "plan"];
    checkpoints_say_what_their_commands_say needs ["inventory", "plan", "check"];
}

/// The server, where the parts are there and the program has these commands.
fn ready(commands: &[&str]) -> Option<&'static Live> {
    if !cfg!(feature = "live") {
        println!("skipped: built without the feature `live`");
        return None;
    }
    for command in commands {
        let help = run(Command::new(PROGRAM).args([command, "--help"]), LIMIT);
        if help.code != Some(0) || !help.stdout.contains("--context") {
            println!("skipped: this build has no `kubehop {command} --context`");
            return None;
        }
    }
    live()
}

/// The roles that the program prints.
fn printed_permissions() -> Vec<Permission> {
    let ran = run(Command::new(PROGRAM).args(["inventory", "--rbac"]), LIMIT);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let found = access::permissions(&ran.stdout);
    assert!(!found.is_empty(), "no roles in:\n{}", ran.stdout);
    for permission in &found {
        let reads = ["get", "list"].contains(&permission.verb.as_str());
        assert!(reads, "more than reading: {permission}");
    }
    found
}

/// One run of the program against one server as one user.
struct Session<'a> {
    live: &'a Live,
    name: &'a str,
    server: String,
    credentials: Credentials,
}

impl<'a> Session<'a> {
    /// A user of this name, without permissions.
    fn new(live: &'a Live, name: &'a str) -> Self {
        let credentials = Credentials::Inline(live.server.user(name));
        Self { live, name, server: live.server.url.clone(), credentials }
    }

    /// A user with exactly these permissions.
    fn with(live: &'a Live, name: &'a str, permissions: &[Permission]) -> Self {
        let session = Self::new(live, name);
        let user = live.server.user(name);
        access::grant(&live.server.admin, name, permissions);
        access::wait_until_granted(&live.server.client(&user), permissions);
        session
    }

    /// A user with all that the program asks for.
    fn granted(live: &'a Live, name: &'a str) -> Self {
        Self::with(live, name, &printed_permissions())
    }

    fn at(mut self, server: String) -> Self {
        self.server = server;
        self
    }

    fn showing(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Runs `kubehop ARGUMENTS --context NAME --kubeconfig FILE`.
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in(self.name, arguments)
    }

    fn run_in(&self, context: &str, arguments: &[&str]) -> Ran {
        let contexts = [(self.name, self.server.as_str(), self.credentials.clone())];
        let file = self.live.server.kubeconfig(&format!("{}.yaml", self.name), &contexts);
        let mut command = Command::new(PROGRAM);
        command.args(arguments).args(["--context", context, "--kubeconfig"]).arg(file);
        run(command.env_remove("KUBECONFIG").env("NO_COLOR", "1"), LIMIT)
    }

    /// The inventory that the program collects.
    fn inventory(&self) -> Value {
        json(&self.run(&["inventory", "-o", "json"]))
    }
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()))
}

/// A failure of input: exit code 2, nothing on standard output, and a message with these words.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stdout.is_empty(), "{}", ran.all());
    for word in words {
        assert!(ran.stderr.contains(word), "`{word}` is not in: {}", ran.all());
    }
}

fn says_unknown(ran: &Ran) -> bool {
    format!("{}{}", ran.stdout, ran.stderr).to_lowercase().contains(UNKNOWN)
}

#[test]
fn the_stand_in_reads_only() {
    for permission in access::permissions(STAND_IN) {
        assert!(["get", "list"].contains(&permission.verb.as_str()), "{permission}");
    }
}

mod bodies {
    use super::CORDONED;
    use super::Command;
    use super::Credentials;
    use super::Duration;
    use super::IN_A_LIST;
    use super::LIMIT;
    use super::Live;
    use super::NOT_READY;
    use super::OLD_NAMES;
    use super::PROGRAM;
    use super::SOON;
    use super::SOON_LIMIT;
    use super::STRAGGLERS;
    use super::Session;
    use super::Trouble;
    use super::Validity;
    use super::access;
    use super::expected;
    use super::json;
    use super::nobody;
    use super::printed_permissions;
    use super::proxy;
    use super::refused;
    use super::run;
    use super::says_unknown;
    use super::versions;

    pub(super) fn everything_is_collected_with_the_printed_rbac(live: &Live) {
        let found = Session::granted(live, "all").inventory();
        assert_eq!(versions(&found), versions(&expected::inventory()));
        let edge =
            found["nodePools"].as_array().unwrap().iter().find(|pool| pool["name"] == "edge");
        let facts = edge.unwrap().to_string();
        for fact in ["arm64", "containerd://1.7.28", "6.8.0-60-generic", "Ubuntu 24.04.2 LTS"] {
            assert!(facts.contains(fact), "`{fact}` is not in: {facts}");
        }
    }

    pub(super) fn every_kind_of_credentials_is_read(live: &Live) {
        let user = live.server.user("credentials");
        let session = Session::granted(live, "credentials");
        let first = session.inventory();
        let session = session.showing(Credentials::Files(user.clone()));
        assert_eq!(versions(&session.inventory()), versions(&first));
        let session = session.showing(Credentials::Exec(user));
        assert_eq!(versions(&session.inventory()), versions(&first));
        // A service account: what the manifest itself binds is bound to it.
        let rbac = run(Command::new(PROGRAM).args(["inventory", "--rbac"]), LIMIT);
        if let Some((namespace, account)) = access::service_account(&rbac.stdout) {
            access::apply(&live.server.admin, &rbac.stdout);
            let token = live.server.token(&namespace, &account);
            let session = session.showing(Credentials::Token(token));
            assert_eq!(versions(&session.inventory()), versions(&first));
        }
    }

    pub(super) fn each_missing_permission_is_an_unknown(live: &Live) {
        let all = printed_permissions();
        for (place, missing) in all.iter().enumerate() {
            if OLD_NAMES.iter().any(|name| missing.to_string().contains(name)) {
                println!("{missing}: asked for only where the newer name is not there");
                continue;
            }
            let mut rest = all.clone();
            rest.remove(place);
            let name = format!("without-{place}");
            let session = Session::with(live, &name, &rest);
            if access::may(&live.server.client(&live.server.user(&name)), missing) {
                println!("{missing}: granted to everybody");
                continue;
            }
            let ran = session.run(&["inventory", "-o", "yaml"]);
            assert_eq!(ran.code, Some(0), "without {missing}: {}", ran.all());
            assert!(says_unknown(&ran), "without {missing}: {}", ran.all());
            assert!(ran.stderr.contains(&missing.resource), "without {missing}: {}", ran.all());
        }
    }

    pub(super) fn without_any_permission_it_is_said_what_it_takes(live: &Live) {
        let ran = Session::new(live, "nobody").run(&["inventory", "-o", "yaml"]);
        refused(&ran, &["`list` on `nodes`", "kubehop inventory --rbac"]);
    }

    pub(super) fn a_wrong_context_names_the_contexts(live: &Live) {
        let ran = Session::new(live, "the-only-context").run_in("prod", &["inventory"]);
        refused(&ran, &["`prod`", "the-only-context"]);
    }

    pub(super) fn a_server_that_is_down_is_said_to_be_down(live: &Live) {
        let server = nobody();
        let address = server.trim_start_matches("https://").to_owned();
        let session = Session::new(live, "down").at(server);
        let ran = session.run(&["inventory", SOON[0], SOON[1]]);
        refused(&ran, &[&address]);
        assert!(ran.took < SOON_LIMIT, "{}", ran.all());
    }

    pub(super) fn a_silent_server_is_given_up_in_time(live: &Live) {
        // Silent from the first byte, and silent in the middle of a list.
        for (name, bytes) in [("silent", 0), ("silent-later", IN_A_LIST)] {
            let server = proxy(&live.server.url, Trouble::SilentAfter(bytes));
            let ran = Session::granted(live, name).at(server).run(&["inventory", SOON[0], SOON[1]]);
            refused(&ran, &["--timeout"]);
            assert!(ran.took < SOON_LIMIT, "{}", ran.all());
        }
    }

    pub(super) fn an_answer_cut_short_is_no_inventory(live: &Live) {
        let server = proxy(&live.server.url, Trouble::ClosedAfter(IN_A_LIST));
        let ran = Session::granted(live, "cut").at(server).run(&["inventory"]);
        refused(&ran, &[]);
    }

    pub(super) fn a_slow_server_is_waited_for(live: &Live) {
        let server = proxy(&live.server.url, Trouble::Slow(Duration::from_millis(20)));
        let session = Session::granted(live, "slow").at(server);
        let found = json(&session.run(&["inventory", "-o", "json", "--timeout", "50s"]));
        assert_eq!(versions(&found), versions(&expected::inventory()));
    }

    pub(super) fn a_certificate_of_another_authority_is_refused(live: &Live) {
        let folder = live.server.file("another");
        std::fs::create_dir_all(&folder).unwrap();
        let other = crate::pki::Pki::new(&folder).user("stranger", &[], Validity::Now);
        let session = Session::new(live, "stranger").showing(Credentials::Inline(other));
        refused(&session.run(&["inventory"]), &[]);
    }

    pub(super) fn an_expired_certificate_is_named(live: &Live) {
        let user = live.server.pki.user("expired", &[], Validity::Expired);
        let session = Session::new(live, "expired").showing(Credentials::Inline(user));
        refused(&session.run(&["inventory"]), &["certificate", "expired"]);
    }

    pub(super) fn a_pool_label_can_be_chosen(live: &Live) {
        let label = crate::objects::POOL_LABELS[1];
        let session = Session::granted(live, "label");
        let found = json(&session.run(&["inventory", "-o", "json", "--pool-label", label]));
        assert_eq!(versions(&found), versions(&expected::inventory()));
    }

    pub(super) fn what_is_collected_is_what_kubectl_dumps(live: &Live) {
        let Some(kubectl) = &live.parts.kubectl else {
            println!("skipped: no kubectl beside the other parts");
            return;
        };
        let session = Session::granted(live, "dump");
        let collected = session.inventory();
        let admin = live.server.pki.user("kubernetes-admin", &["system:masters"], Validity::Now);
        let contexts = [("admin", live.server.url.as_str(), Credentials::Inline(admin))];
        let config = live.server.kubeconfig("dump-admin.yaml", &contexts);
        let folder = live.server.file("dump");
        std::fs::create_dir_all(&folder).unwrap();
        for kind in ["nodes", "pods", "daemonsets", "deployments", "configmaps"] {
            let mut command = Command::new(kubectl);
            command.args(["get", kind, "-n", "kube-system", "-o", "json", "--kubeconfig"]);
            let ran = run(command.arg(&config), LIMIT);
            assert_eq!(ran.code, Some(0), "{}", ran.all());
            std::fs::write(folder.join(format!("{kind}.json")), ran.stdout).unwrap();
        }
        let mut command = Command::new(PROGRAM);
        command.args(["inventory", "-o", "json", "--from-dump"]).arg(folder);
        assert_eq!(versions(&json(&run(&mut command, LIMIT))), versions(&collected));
    }

    pub(super) fn nothing_is_written(live: &Live) {
        let admin = &live.server.admin;
        let version = |path: &str| {
            admin.get(path).good(path)["metadata"]["resourceVersion"].as_str().unwrap().to_owned()
        };
        // The version of one object, since that of a list grows with every write of any test.
        let paths = [
            "/api/v1/nodes/cp-1",
            "/api/v1/namespaces/kube-system/configmaps/kubeadm-config",
            "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy",
        ];
        let before = paths.map(version);
        Session::granted(live, "reader").inventory();
        assert_eq!(paths.map(version), before);
    }

    pub(super) fn the_audit_finds_what_is_wrong(live: &Live) {
        let session = Session::granted(live, "audit");
        let ran = session.run(&["audit", "--fail-on", "never", "-o", "json"]);
        let said = json(&ran).to_string();
        let names = ["cp-1", CORDONED, NOT_READY, "WaitForAllControlPlaneComponents", "3.6.5-0"];
        for name in names.iter().chain(&STRAGGLERS) {
            assert!(said.contains(name), "`{name}` is not in: {}", ran.all());
        }
    }

    /// What `check` observes as a user with the documented permission is what the commands of the
    /// runbook print, run by a shell with kubectl and jq.
    pub(super) fn checkpoints_say_what_their_commands_say(live: &Live) {
        const PAGE: &str = include_str!("../../docs/guide/check.md");
        let (_, manifest) = PAGE.split_once("```yaml check-rbac.yaml\n").unwrap();
        let (manifest, _) = manifest.split_once("```").unwrap();
        let made =
            Session::granted(live, "check-plan").run(&["plan", "--to", "1.35", "-o", "json"]);
        let plan = json(&made);
        let file = live.server.file("check-plan.json");
        std::fs::write(&file, plan.to_string()).unwrap();
        let session = Session::with(live, "check", &access::permissions(manifest));
        let steps = plan["hops"]
            .as_array()
            .unwrap()
            .iter()
            .take(1)
            .flat_map(|hop| hop["steps"].as_array().unwrap());
        let mut arguments = vec!["check", file.to_str().unwrap(), "-o", "json"];
        for step in steps {
            arguments.extend(["--step", step["id"].as_str().unwrap()]);
        }
        let ran = session.run(&arguments);
        // The cluster has stragglers, so that something fails whatever the plan begins with.
        assert_eq!(ran.code, Some(1), "{}", ran.all());
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(report["counts"]["unknown"], 0, "{}", ran.all());
        let Some(kubectl) = &live.parts.kubectl else {
            println!("skipped: no kubectl beside the other parts");
            return;
        };
        let contexts = [("check", live.server.url.as_str(), session.credentials.clone())];
        let config = live.server.kubeconfig("check-shell.yaml", &contexts);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(kubectl.parent().unwrap().to_path_buf());
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).unwrap();
        let mut seen = std::collections::BTreeMap::new();
        let checks = report["checks"].as_array().unwrap().iter();
        for check in checks.filter(|check| check["observed"].is_string()) {
            let (command, observed) =
                (check["command"].as_str().unwrap(), check["observed"].as_str());
            seen.insert(
                command.to_owned(),
                (observed.unwrap().to_owned(), check["status"].clone()),
            );
        }
        assert!(seen.len() > 10, "{seen:?}");
        for (line, (observed, status)) in &seen {
            let mut command = Command::new("sh");
            command.args(["-c", line]).env("PATH", &path).env("KUBECONFIG", &config);
            let printed = run(&mut command, LIMIT);
            let text = printed.stdout.trim();
            println!("{status}: {line}");
            match observed.as_str() {
                "there is no such object (404)" => assert!(text.is_empty(), "{}", printed.all()),
                cut if cut.contains("… (") => {
                    let start = cut.split("… (").next().unwrap();
                    assert!(text.starts_with(start), "{line}\n{text}\n{cut}");
                }
                whole => assert_eq!(text, whole, "{line}"),
            }
        }
    }

    pub(super) fn the_plan_is_that_of_the_inventory(live: &Live) {
        let session = Session::granted(live, "plan");
        let ran = session.run(&["plan", "--to", "1.35", "-o", "json"]);
        let plan = json(&ran);
        assert_eq!(plan["kind"], "UpgradePlan", "{}", ran.all());
        let inventory = session.inventory();
        let file = live.server.file("plan-inventory.json");
        std::fs::write(&file, inventory.to_string()).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["plan", "--to", "1.35", "-o", "json", "--inventory"]).arg(file);
        assert_eq!(json(&run(&mut command, LIMIT))["hops"], plan["hops"]);
    }
}
