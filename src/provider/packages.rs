//! How a version of kubeadm, kubectl or the kubelet gets onto a Linux host. All texts are lines for a
//! root shell with `set -euo pipefail`.
//!
//! pkgs.k8s.io has one repository per minor, so the repository changes with every hop
//! (<https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/change-package-repository/>). For
//! minors older than the first of them, and for pre-releases, the release binaries of dl.k8s.io are
//! installed over the files of the old packages: the hosts of those packages were switched off.

use crate::cluster::OsFamily;
use crate::version::KubernetesVersion;

use super::Site;
use super::script::fill;

const DEBIAN_REPOSITORY: &str = r"export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
install -d -m 755 /etc/apt/keyrings
curl -fsSL https://pkgs.k8s.io/core:/stable:/v@MINOR@/deb/Release.key | gpg --batch --yes --dearmor -o /etc/apt/keyrings/kubernetes-apt-keyring.gpg
chmod 644 /etc/apt/keyrings/kubernetes-apt-keyring.gpg
echo 'deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] https://pkgs.k8s.io/core:/stable:/v@MINOR@/deb/ /' > /etc/apt/sources.list.d/kubernetes.list
apt-get update -q
";

// dnf 5 refuses --disableexcludes; EL 7 has yum only.
const RHEL_REPOSITORY: &str = r#"cat > /etc/yum.repos.d/kubernetes.repo <<'REPO'
[kubernetes]
name=Kubernetes
baseurl=https://pkgs.k8s.io/core:/stable:/v@MINOR@/rpm/
enabled=1
gpgcheck=1
gpgkey=https://pkgs.k8s.io/core:/stable:/v@MINOR@/rpm/repodata/repomd.xml.key
exclude=kubelet kubeadm kubectl cri-tools kubernetes-cni
REPO
command -v dnf >/dev/null || dnf() { yum "$@"; }
unlock=--disableexcludes=kubernetes
case "$(dnf --version 2>/dev/null)" in *dnf5*) unlock=--setopt=disable_excludes=kubernetes ;; esac
"#;

const DEBIAN_INSTALL: &str = r"apt-mark unhold @NAMES@
apt-get install -y @DOWNGRADE@-o Dpkg::Options::=--force-confold @PACKAGES@
apt-mark hold @NAMES@
";

const RHEL_INSTALL: &str = "dnf @VERB@ -y @PACKAGES@ \"$unlock\"\n";

/// A release binary, checked against its published sum, put where `@DIR@` says.
const BINARIES: &str = r#"arch=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
work=$(mktemp -d)
for name in @NAMES@; do
  curl -fsSLo "$work/$name" "https://dl.k8s.io/release/@VERSION@/bin/linux/$arch/$name"
  echo "$(curl -fsSL "https://dl.k8s.io/release/@VERSION@/bin/linux/$arch/$name.sha256")  $work/$name" | sha256sum -c -
  install -m 755 "$work/$name" "@DIR@/$name"
done
rm -rf "$work"
"#;

/// Whether a version comes as a package.
pub(super) fn packaged(site: &Site<'_>, version: &KubernetesVersion) -> bool {
    version.minor() >= site.packages_from && !version.is_prerelease()
}

/// Makes the repository of the version's minor the one of this host; empty where there is none.
fn repository(site: &Site<'_>, version: &KubernetesVersion) -> String {
    let template = match site.os {
        OsFamily::Debian => DEBIAN_REPOSITORY,
        OsFamily::Rhel => RHEL_REPOSITORY,
    };
    fill(template, &[("MINOR", &version.minor().to_string())])
}

/// Installs exactly this version of the named tools, repository included.
pub(super) fn install(site: &Site<'_>, version: &KubernetesVersion, names: &[&str]) -> String {
    change(site, version, names, false)
}

/// Goes back to exactly this version of the named tools, repository included.
pub(super) fn downgrade(site: &Site<'_>, version: &KubernetesVersion, names: &[&str]) -> String {
    change(site, version, names, true)
}

fn change(site: &Site<'_>, version: &KubernetesVersion, names: &[&str], down: bool) -> String {
    if !packaged(site, version) {
        return binaries(version, names, "/usr/bin");
    }
    let bare = version.upstream().bare();
    let (template, packages) = match site.os {
        OsFamily::Debian => (DEBIAN_INSTALL, list(names, |name| format!("{name}='{bare}-*'"))),
        OsFamily::Rhel => (RHEL_INSTALL, list(names, |name| format!("{name}-'{bare}-*'"))),
    };
    let values = [
        ("NAMES", list(names, str::to_owned)),
        ("PACKAGES", packages),
        ("DOWNGRADE", if down { "--allow-downgrades " } else { "" }.to_owned()),
        ("VERB", if down { "downgrade" } else { "install" }.to_owned()),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    repository(site, version) + &fill(template, &values)
}

fn list(names: &[&str], shape: impl Fn(&str) -> String) -> String {
    names.iter().map(|name| shape(name)).collect::<Vec<_>>().join(" ")
}

/// Installs release binaries of Kubernetes into a directory.
pub(super) fn binaries(version: &KubernetesVersion, names: &[&str], directory: &str) -> String {
    let values = [
        ("NAMES", names.join(" ")),
        ("VERSION", version.upstream().to_string()),
        ("DIR", directory.to_owned()),
    ];
    fill(BINARIES, &values.each_ref().map(|(key, value)| (*key, value.as_str())))
}

/// The command that proves that a version can be had, and its answer.
pub(super) fn available(site: &Site<'_>, version: &KubernetesVersion) -> (String, &'static str) {
    let (minor, upstream) = (version.minor(), version.upstream());
    if !packaged(site, version) {
        let url = format!("https://dl.k8s.io/release/{upstream}/bin/linux/amd64/kubeadm.sha256");
        return (format!("curl -fsSL {url} | grep -cE '^[0-9a-f]{{64}}'"), "1");
    }
    match site.os {
        OsFamily::Debian => (
            format!(
                "curl -fsSL https://pkgs.k8s.io/core:/stable:/v{minor}/deb/Packages | awk -v v={} '/^Package: kubeadm$/ {{ p = 1 }} /^$/ {{ p = 0 }} p && index($0, \"Version: \" v \"-\") == 1 {{ n = 1 }} END {{ print n + 0 }}'",
                upstream.bare()
            ),
            "1",
        ),
        OsFamily::Rhel => (
            format!(
                "curl -fsSL -o /dev/null -w '%{{http_code}}\\n' https://pkgs.k8s.io/core:/stable:/v{minor}/rpm/repodata/repomd.xml"
            ),
            "200",
        ),
    }
}
