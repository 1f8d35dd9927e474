//! Whatever is read: no panic, no unbounded memory, no unbounded recursion.

use std::fmt::Write as _;
use std::io::Read;

use kubehop::inventory::collect::Observations;
use kubehop::inventory::collect::Options;
use proptest::prelude::*;

use super::CLUSTERS;
use super::collected;
use super::texts;

/// Reads and finishes; only that it comes back matters.
fn survives(text: &[u8]) {
    let mut observations = Observations::new(Options::default());
    if observations.read("hostile", text).is_ok() {
        _ = observations.finish();
    }
}

/// A change of a text.
#[derive(Debug, Clone)]
enum Edit {
    Cut(usize, usize),
    Set(usize, u8),
    Double(usize, usize),
    Insert(usize, &'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    const BITS: [&str; 14] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "\n",
        "\n- ",
        "null",
        "\u{0}",
        "---\n",
        "items:\n",
        "\n#end nodes 0\n",
        "1e999",
    ];
    let place = 0..100_000_usize;
    prop_oneof![
        (place.clone(), 0..400_usize).prop_map(|(at, length)| Edit::Cut(at, length)),
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (place.clone(), 0..400_usize).prop_map(|(at, length)| Edit::Double(at, length)),
        (place, prop::sample::select(&BITS[..])).prop_map(|(at, bit)| Edit::Insert(at, bit)),
    ]
}

fn edited(mut text: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let length = text.len().max(1);
        match *edit {
            Edit::Cut(at, count) => {
                let at = at % length;
                text.drain(at.min(text.len())..(at + count).min(text.len()));
            }
            Edit::Set(at, byte) => {
                if let Some(place) = text.get_mut(at % length) {
                    *place = byte;
                }
            }
            Edit::Double(at, count) => {
                let at = (at % length).min(text.len());
                let part = text[at..(at + count).min(text.len())].to_vec();
                text.splice(at..at, part);
            }
            Edit::Insert(at, bit) => {
                let at = (at % length).min(text.len());
                text.splice(at..at, bit.bytes());
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn mutated_dumps_are_survived(
        cluster in prop::sample::select(&CLUSTERS[..]),
        which in any::<prop::sample::Index>(),
        as_yaml in any::<bool>(),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let texts = texts(cluster);
        let (_, text) = &texts[which.index(texts.len())];
        let text = match serde_json::from_slice::<serde_json::Value>(text) {
            Ok(value) if as_yaml => kubehop::yaml::write(&value).unwrap().into_bytes(),
            _ => text.clone(),
        };
        survives(&edited(text, &edits));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }
}

/// An input without end.
struct Endless {
    start: &'static [u8],
    then: u8,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.start.is_empty() {
            out.fill(self.then);
            return Ok(out.len());
        }
        self.start.read(out)
    }
}

/// One object without end is refused, whatever it consists of.
#[test]
fn an_object_without_end_is_refused() {
    for (start, then) in [
        ("{\"kind\": \"", b'x'),
        ("{\"kind\": \"List\", \"items\": [{\"a\": ", b'['),
        ("{\"kind\": \"List\", \"items\": [", b'{'),
        ("{\"kind\": \"List\", \"items\": [{\"a\": \"", b'\\'),
        ("{\"kind\": ", b'1'),
        ("kind: Node\nmetadata: ", b'['),
        ("kind: List\nitems:\n- a: ", b'x'),
        ("#kubehop-inventory 1\n#begin nodes\n", b'x'),
    ] {
        let mut observations = Observations::new(Options::default());
        let error = observations.read("endless", Endless { start: start.as_bytes(), then });
        let error = error.unwrap_err().to_string();
        assert!(error.contains("larger than 16 MiB"), "{start}: {error}");
    }
}

#[test]
fn depth_is_no_trouble() {
    let deep = |open: &str, close: &str| {
        let (opened, closed) = (open.repeat(200_000), close.repeat(200_000));
        format!(
            "{{\"kind\": \"Node\", \"metadata\": {{\"name\": \"a\"}}, \"x\": {opened}{closed}}}"
        )
    };
    survives(deep("[", "]").as_bytes());
    survives(deep("{\"a\":", "1}").replace(":1}", ":1").as_bytes());
    survives(
        format!("{{\"kind\": \"Node\", \"spec\": {}", "{\"template\":".repeat(100_000)).as_bytes(),
    );
    survives(
        format!("kind: Node\nmetadata: {}{}\n", "[".repeat(50_000), "]".repeat(50_000)).as_bytes(),
    );
    survives(format!("kind: Node\nmetadata:\n  {}\n", "- ".repeat(50_000)).as_bytes());
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..30 {
        _ = writeln!(bomb, "a{level}: &a{level} [*a{0}, *a{0}]", level - 1);
    }
    survives(format!("kind: Node\n{bomb}").as_bytes());
}

#[test]
fn more_nodes_than_kubernetes_has_are_refused() {
    let nodes = (0..20_001)
        .map(|number| format!("{{\"kind\":\"Node\",\"metadata\":{{\"name\":\"n{number}\"}}}}"));
    let text = format!("{{\"kind\":\"List\",\"items\":[{}]}}", nodes.collect::<Vec<_>>().join(","));
    let error = collected(&[("a.json".to_owned(), text.into_bytes())]).unwrap_err();
    assert!(error.message.contains("more than 20000 nodes"), "{error}");
}
