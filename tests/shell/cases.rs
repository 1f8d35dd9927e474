//! The reader itself: what it must see through, and what it must refuse.

use super::calls::find;
use super::calls::show;
use super::flags::Table;
use super::parse::parse;

/// The calls in a text, as a person reads them.
fn calls(text: &str) -> Vec<String> {
    let found = find(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let lines = found.calls.iter().map(|call| format!("{} {}", call.tool, show(&call.arguments)));
    lines.collect()
}

#[test]
fn every_way_to_call_a_tool_is_seen() {
    let cases: &[(&str, &[&str])] = &[
        ("kubectl get nodes # and kubectl get pods", &["kubectl get nodes"]),
        ("a=1 b='x y' kubectl get nodes", &["kubectl get nodes"]),
        ("kubectl get \\\n  nodes -o wide>out.txt 2>&1", &["kubectl get nodes -o wide"]),
        (
            "true&&kubectl cordon n||kubectl uncordon n;kubectl version",
            &["kubectl cordon n", "kubectl uncordon n", "kubectl version"],
        ),
        ("echo \"a;b | kubectl get nodes\" 'kubectl get x'", &[]),
        ("echo \"$(kubectl get nodes | wc -l)\"", &["kubectl get nodes"]),
        ("echo `kubectl get nodes`", &["kubectl get nodes"]),
        ("x=${x:-$(kubectl version)}", &["kubectl version"]),
        ("diff <(kubectl get a) <(kubectl get b)", &["kubectl get a", "kubectl get b"]),
        (
            "if ! kubectl get a; then kubectl get b; else kubectl get c; fi",
            &["kubectl get a", "kubectl get b", "kubectl get c"],
        ),
        (
            "for n in $(kubectl get a); do kubectl get \"$n\"; done | sort",
            &["kubectl get a", "kubectl get ${n}"],
        ),
        ("while read -r n; do (cd /; kubectl get $n); done < list", &["kubectl get ${n}"]),
        (
            "case \" $*\" in *' --x='* | y) kubectl get a ;; *) kubectl get b; esac; kubectl get c",
            &["kubectl get a", "kubectl get b", "kubectl get c"],
        ),
        ("f() { kubectl get \"$@\"; }\nf a", &["kubectl get ${@}"]),
        ("[[ $a == (x|y) && -n $b ]] && kubectl get a", &["kubectl get a"]),
        ("(( n = 1 + (2) )); echo $((n + 1)) && kubectl get a", &["kubectl get a"]),
        ("sudo -u x kubeadm upgrade node", &["kubeadm upgrade node"]),
        (
            "ssh -o BatchMode=yes \"$h\" 'sudo kubeadm version; crictl ps'",
            &["kubeadm version", "crictl ps"],
        ),
        ("ssh h \"sudo sh -c 'kubeadm version'\"", &["kubeadm version"]),
        (
            "ssh h sudo bash -euo pipefail -s <<'HOST'\nkubeadm version\nHOST\necho",
            &["kubeadm version"],
        ),
        (
            "bash <<'SCRIPT'\nkubectl get a\nSCRIPT\nkubectl get b",
            &["kubectl get b", "kubectl get a"],
        ),
        (
            "cat > x.sh <<'SCRIPT'\nssh h sudo bash -s <<'HOST'\ncrictl ps\nHOST\nSCRIPT",
            &["crictl ps"],
        ),
        ("cat > x <<'ENV'\nkubectl get it's data\nENV", &[]),
        ("cat > x <<ENV\n$(kubectl get a)\nENV", &["kubectl get a"]),
        (
            "a | xargs -r -d '\\n' -P 2 -n 1 sh -c 'kubectl drain \"$1\" || exit 255' sh",
            &["kubectl drain ${1}"],
        ),
        ("find / -exec crictl rmi {} +", &["crictl rmi {}"]),
        (
            "kubectl -n x exec p -c etcd -- etcdctl --endpoints=y member list -w json",
            &["etcdctl --endpoints=y member list -w json", "kubectl -n x exec p -c etcd"],
        ),
        ("sudo /usr/local/sbin/etcdctl-local endpoint health", &["etcdctl endpoint health"]),
        ("command -v dnf >/dev/null || dnf() { yum \"$@\"; }", &["yum ${@}"]),
        ("kubectl patch -p \"$(jq -Rs '{a: .}' f)\"", &["kubectl patch -p ${s}"]),
        ("x=(a 'b c' $(kubectl get a))", &["kubectl get a"]),
    ];
    for (text, expected) in cases {
        let mut seen = calls(text);
        let mut expected: Vec<String> = expected.iter().map(|call| (*call).to_owned()).collect();
        seen.sort();
        expected.sort();
        assert_eq!(seen, expected, "{text}");
    }
}

#[test]
fn quotes_are_taken_off_as_a_shell_does() {
    for (text, words) in [
        (r#"a 'b'"c"d \$e "f\"g\h" '' i\ j"#, vec!["a", "bcd", "$e", "f\"g\\h", "", "i j"]),
        (r"a 'x'\''y' $'p\'q'", vec!["a", "x'y", "p'q"]),
        (r##"a b#c "#" #d"##, vec!["a", "b#c", "#"]),
        ("a 1>x 2>>'y z' <in b", vec!["a", "b"]),
    ] {
        let found = find(text).unwrap();
        assert_eq!(found.words, words, "{text}");
        if !text.contains(['>', '$']) {
            assert_eq!(shlex::split(text).unwrap(), words, "{text}");
        }
    }
    let found = find("jq -c --arg t \"$t\" '.a|select(.b==$t)' f.json; jq .").unwrap();
    let names = vec!["t".to_owned()];
    let expected = [(".a|select(.b==$t)".to_owned(), names), (".".to_owned(), Vec::new())];
    assert_eq!(found.programs, expected);
}

#[test]
fn what_cannot_be_read_is_refused() {
    for text in [
        "echo 'a",
        "echo \"a",
        "echo $(a",
        "echo `a",
        "(a",
        "a)",
        "case x in y) a ;;",
        "cat <<'X'\na",
        "cat > x <<'WHAT'\nx\nWHAT",
        "\"$tool\" get nodes",
        "ssh host",
        "echo a |& b \\",
        "jq -c",
    ] {
        assert!(find(text).is_err(), "{text}");
    }
}

/// Each is wrong for its minor, and right for the other one where there is one.
#[test]
fn a_wrong_flag_is_caught() {
    let table = Table::read();
    let check = |text: &str, minor: u64| {
        let found = find(text).unwrap();
        table.check(&found.calls[0], minor, &found.variables)
    };
    for (text, wrong, right) in [
        ("kubectl drain n --delete-local-data", 30, None),
        ("kubectl drain n --delete-local-data --force", 36, None),
        ("ssh h 'sudo kubeadm upgrade plan --etcd-upgrade=false'", 32, Some(33)),
        ("etcdctl snapshot restore a.db --data-dir d", 6, Some(5)),
        ("kubectl exec p -- etcdctl snapshot status a.db", 7, Some(5)),
        ("etcdctl downgrade enable 3.5", 5, Some(6)),
        ("etcdutl hashkv d", 5, Some(6)),
        ("etcdctl get --count-only a", 4, Some(5)),
        ("kubeadm upgrade node phase addon kube-proxy", 31, Some(32)),
        ("kubeadm config validate --config f", 27, Some(28)),
        ("kubectl events -A", 25, Some(26)),
        ("kubectl get nodes --short", 30, None),
        ("kubectl version --short", 28, None),
        ("kubectl frobnicate", 30, None),
        ("kubectl rollout", 30, None),
        ("kubectl rollout frobnicate x", 30, None),
        ("kubectl get nodes -Z", 30, None),
        ("kubectl -n", 30, None),
        ("kubectl get nodes", 38, Some(37)),
        ("kubeadm upgrade frobnicate", 30, None),
        ("systemctl frobnicate kubelet", 0, None),
        ("apt-get install --frob x", 0, None),
        ("unlock=--frob; dnf install -y x \"$unlock\"", 0, None),
        ("crictl pull --frob x", 0, None),
    ] {
        let fault = check(text, wrong);
        assert!(fault.is_err(), "{text} {wrong}: {fault:?}");
        if let Some(right) = right {
            let counted = check(text, right).unwrap();
            assert_eq!(counted.calls, 1, "{text}");
        }
    }
    for (text, minor, flags) in [
        ("kubectl -n kube-system get pods -Al x=y -ojson", 30, 4),
        ("kubectl create --dry-run=client -o json -f x", 30, 3),
        ("kubectl drain \"$node\" --ignore-daemonsets --timeout 15m", 24, 2),
        ("kubectl --kubeconfig k rollout -n a status deploy/x", 37, 2),
        ("unlock=--setopt=a; dnf install -y x \"$unlock\"", 0, 2),
        ("apt-get install -y -o Dpkg::Options::=--force-confold kubelet='1.30.4-*'", 0, 2),
        ("etcdctl --cacert=a --endpoints x endpoint status --cluster -w json", 6, 4),
    ] {
        let counted = check(text, minor).unwrap();
        assert_eq!(counted.flags, flags, "{text}");
    }
}

#[test]
fn what_stands_alone_is_counted() {
    for (text, expected) in [
        ("kubectl get nodes", 1),
        ("# a remark\nkubectl get nodes # and another\n", 1),
        ("a\nb", 2),
        ("a; b", 2),
        ("a && b || c | d", 1),
        ("a &&\n  b |\n  c", 1),
        ("if a; then\n  b; c\nelse\n  d\nfi", 1),
        ("for x in a b; do\n  c\n  d\ndone | sort -u", 1),
        ("while read -r x; do a; done < f\nb", 2),
        ("(\na\nb\n)\nc", 2),
        ("{ a; b; } > f", 1),
        ("case x in a) b; c ;; *) d ;; esac", 1),
        ("f() { a; b; }", 1),
        ("x=$(a; b)", 1),
        ("bash <<'SCRIPT'\na\nb\nSCRIPT\nc", 2),
    ] {
        assert_eq!(parse(text).unwrap().statements, expected, "{text}");
    }
}
