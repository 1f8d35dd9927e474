//! Processes that are killed while they write, and processes that write at once: nothing that was
//! reported as written is lost, and nothing is half-written.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use kubehop::diagnostic::SourceFile;
use kubehop::record;

use super::folder;
use super::plan;
use super::read;
use super::sign;

/// How many processes are killed; the environment may ask for more.
fn kills() -> usize {
    let wanted = std::env::var_os("KUBEHOP_KILLS").and_then(|text| text.to_str()?.parse().ok());
    wanted.unwrap_or(40)
}

/// A sequence of numbers that look like chance, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most.max(1)
    }
}

#[test]
fn a_process_that_is_killed_loses_nothing() {
    let folder = folder("kill");
    let name = folder.join("plan.record.yaml");
    let plan = plan();
    let start = Instant::now();
    assert!(sign(&folder, "1.01", "first").output().unwrap().status.success());
    let whole = start.elapsed().max(Duration::from_millis(4));
    let mut reported: Vec<String> = vec!["first".to_owned()];
    let mut chance = Chance(7);
    let (mut killed, mut survived, mut unreported, mut helpers) = (0, 0, 0, 0);
    let mut entries = 1;
    while killed < kills() {
        let by = format!("writer {}", killed + survived);
        let mut child = sign(&folder, "1.01", &by)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Half of the time at any moment, half of the time near the end, where it writes.
        let most = u64::try_from(whole.as_micros()).unwrap();
        let wait = match chance.below(2) {
            0 => chance.below(most),
            _ => most * 7 / 10 + chance.below(most * 5 / 10),
        };
        thread::sleep(Duration::from_micros(wait));
        _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let said = !output.stdout.is_empty();
        if said {
            reported.push(by.clone());
        }
        if output.status.success() {
            survived += 1;
        } else {
            killed += 1;
        }
        for helper in ["plan.record.yaml.new", "plan.record.yaml.lock"] {
            helpers += usize::from(folder.join(helper).exists());
        }
        let text = std::fs::read_to_string(&name).unwrap();
        let record = record::read(&SourceFile::new("r", text), &plan).unwrap();
        let signed: Vec<&str> = record.entries.iter().map(|entry| entry.by.as_str()).collect();
        assert!(record.entries.len() <= entries + 1);
        entries = record.entries.len();
        if signed.last() == Some(&by.as_str()) && !said {
            // It is on the disk, and only the report is missing.
            unreported += 1;
            reported.push(by);
        }
        assert_eq!(signed, reported, "nothing lost, nothing twice, in order");
    }
    println!(
        "{killed} killed, {survived} came to their end first; {entries} entries, {unreported} of which were written and not reported; {helpers} times a helping file stayed"
    );
    // Whatever they left stands in nobody's way.
    assert!(sign(&folder, "1.02", "last").output().unwrap().status.success());
    assert_eq!(files(&folder), ["plan.record.yaml", "plan.yaml"]);
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.into_iter().collect()
}

#[test]
fn ten_writers_at_once_lose_nothing() {
    const WRITERS: usize = 10;
    const EACH: usize = 20;
    let folder = folder("writers");
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let folder = &folder;
            scope.spawn(move || {
                for number in 0..EACH {
                    let by = format!("{writer}/{number}");
                    let output =
                        sign(folder, "1.01", &by).args(["--wait", "120"]).output().unwrap();
                    assert!(output.status.success(), "{output:?}");
                }
            });
        }
    });
    let record = read(&folder);
    let signed: BTreeSet<&str> = record.entries.iter().map(|entry| entry.by.as_str()).collect();
    assert_eq!((record.entries.len(), signed.len()), (WRITERS * EACH, WRITERS * EACH));
    for writer in 0..WRITERS {
        let own =
            record.entries.iter().filter_map(|entry| entry.by.strip_prefix(&format!("{writer}/")));
        let own: Vec<usize> = own.map(|number| number.parse().unwrap()).collect();
        assert_eq!(own, (0..EACH).collect::<Vec<_>>(), "each in its order");
    }
    assert_eq!(files(&folder), ["plan.record.yaml", "plan.yaml"]);
}
