//! One kubectl: of a jump host, a pipeline or an image.

use crate::cluster::OsFamily;
use crate::name::InstanceName;
use crate::plan::Rollback;
use crate::version::KubernetesVersion;

use super::Procedure;
use super::Site;
use super::checks;
use super::durations;
use super::packages;
use super::script::as_root;
use super::script::on;

/// Without jq, which a pipeline's image may not have.
const CLIENT_VERSION: &str =
    r#"kubectl version --client -o json | sed -n 's/.*"gitVersion": *"\(v[^"]*\)".*/\1/p'"#;

/// Moves the kubectl of one client, as a package where it is one and as a binary otherwise.
pub(super) fn procedure(
    site: &Site<'_>,
    client: &InstanceName,
    to: &KubernetesVersion,
) -> Procedure {
    let to = to.upstream();
    let host = client.as_str();
    let binary = format!(
        "directory=$(dirname \"$(command -v kubectl || echo /usr/local/bin/kubectl)\")\n{}",
        packages::binaries(&to, &["kubectl"], "$directory")
    );
    let owned = match site.os {
        OsFamily::Debian => "dpkg -s kubectl >/dev/null 2>&1",
        OsFamily::Rhel => "rpm -q kubectl >/dev/null 2>&1",
    };
    let lines = if packages::packaged(site, &to) {
        format!("if {owned}; then\n{}else\n{binary}fi", packages::install(site, &to, &["kubectl"]))
    } else {
        binary
    };
    let skew = r#"kubectl version -o json | jq -c '(((.clientVersion.minor|gsub("[^0-9]";"")|tonumber)-(.serverVersion.minor|gsub("[^0-9]";"")|tonumber))|fabs)<=1'"#;
    Procedure {
        commands: vec![
            on(
                host,
                format!(
                    "# For the way back: the version that is there before the step, however often it is begun.\n{{ [ -s kubectl-before-{to}.txt ] || {CLIENT_VERSION} > kubectl-before-{to}.txt; }} && cat kubectl-before-{to}.txt"
                ),
            ),
            on(
                host,
                format!(
                    "# On the host itself. For a pipeline image, set KUBECTL_VERSION={to} where it is built, and build it.\n{}",
                    as_root(&lines)
                ),
            ),
        ],
        checkpoints: vec![
            checks::on_host(
                "kubectl-version",
                format!("kubectl of {client} is {to}"),
                CLIENT_VERSION,
                to.to_string(),
            ),
            checks::on_host(
                "kubectl-skew",
                "it is within one minor of the API server that it reaches",
                skew,
                "true",
            ),
        ],
        abort: "Stop if a pipeline that was green before fails with the new kubectl: put the old one back, and look for commands and flags that the release notes of this minor remove.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "the API servers are more than one minor newer than the old kubectl".to_owned(),
            commands: vec![on(
                host,
                format!(
                    "# The version that the first command of this step wrote down.\n{}",
                    as_root(&format!(
                        "version=$(cat kubectl-before-{to}.txt)\narch=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')\ncurl -fsSLo /tmp/kubectl \"https://dl.k8s.io/release/$version/bin/linux/$arch/kubectl\"\necho \"$(curl -fsSL \"https://dl.k8s.io/release/$version/bin/linux/$arch/kubectl.sha256\")  /tmp/kubectl\" | sha256sum -c -\ninstall -m 755 /tmp/kubectl \"$(command -v kubectl)\""
                    ))
                ),
            )],
            text: None,
        },
        duration: durations::CLIENT,
    }
}
