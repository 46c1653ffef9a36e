//! Every command that the READMEs show, and every one that the demo prints, runs as it stands.
//!
//! Commands come from fenced blocks and from code within a line. What stands in capitals is put in from a table; a
//! block, a word in capitals or a bench that this file does not know fails the test.

use std::{collections::BTreeMap, fs, path::Path};

use toml::{Table, Value};

use crate::support::{Ran, ask, copy_folder, root, run, slotcast, words, write};

/// Blocks that show what is printed, by their beginning.
const OUTPUTS: [&str; 1] = [" rank   slot_date    candidate_id"];
/// Commands that are not run here, and the reason.
const NOT_RUN: [(&str, &str); 1] = [("cargo test --workspace", "this test is part of it")];

/// Numbers that make the markets of `simulate` small enough for a test; `data/seeds` says its own.
const SMALL: [&str; 10] = [
    "market.slots=14",
    "market.seats=4",
    "market.pool=2",
    "market.makers=8",
    "signals.alert.median=20",
    "signals.wish.median=14",
    "signals.share.median=5",
    "signals.like.median=10",
    "views.conversion=0.6",
    "market.customers=300",
];

/// A mapping that takes what the contract's own shape would take.
const MAPPING: &str = "name = \"contract\"\n[[file]]\npattern = \"makers/*.csv\"\n[[file.target]]\ntable = \"makers\"\n\
    [file.target.columns]\nmaker_id = \"maker_id\"\nname = \"name\"\nkind = \"kind\"\nupdated_at = \"updated_at\"\n";

#[test]
fn every_command_of_the_readmes_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut reader = Reader::new(folder.path());
    for page in ["README.md", "data/README.md", "data/sources/README.md"] {
        reader.follow(page);
    }
    assert!(reader.followed > 15, "{} commands", reader.followed);
}

#[test]
fn every_command_of_the_seeds_runs() {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&root().join("data/seeds"), &folder.path().join("data/seeds"));
    let mut reader = Reader::new(folder.path());
    reader.follow("data/seeds/README.md");
    assert_eq!(reader.followed, 3);
}

/// Somebody who types what a page shows.
struct Reader<'a> {
    here: &'a Path,
    verbs: Vec<String>,
    /// Values of words in capitals.
    placeholders: BTreeMap<&'static str, String>,
    followed: usize,
}

impl<'a> Reader<'a> {
    fn new(here: &'a Path) -> Self {
        write(&here.join("mapping.toml"), MAPPING);
        let help = words(here, "--help").ok().stdout;
        let verbs =
            help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let verbs = verbs.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
        let placeholders = [
            ("INBOX", "demo/inbox"),
            ("MAPPING.toml", "mapping.toml"),
            ("NAME", "moq_rates"),
            ("TIMESTAMP", "2017-04-14T21:30:00+09:00"),
        ];
        let placeholders = placeholders.map(|(word, meant)| (word, meant.to_owned())).into();
        Self { here, verbs, placeholders, followed: 0 }
    }

    fn follow(&mut self, page: &str) {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for command in self.commands(page, &text) {
            self.command(&format!("{page}: {command}"), &command);
        }
    }

    /// The commands of a page, from top to bottom.
    fn commands(&self, page: &str, text: &str) -> Vec<String> {
        let mut commands = Vec::new();
        for (index, part) in text.split("```").enumerate() {
            if index % 2 == 0 {
                let spans = part
                    .split('`')
                    .skip(1)
                    .step_by(2)
                    .map(|span| span.split_whitespace().collect::<Vec<_>>());
                commands.extend(spans.map(|span| span.join(" ")).filter(|span| self.is_command(span)));
                continue;
            }
            let (language, block) = part.split_once('\n').unwrap();
            if language == "toml" || OUTPUTS.iter().any(|output| block.starts_with(output)) {
                continue;
            }
            for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
                let is_known = line.starts_with("slotcast ") || line.starts_with("cargo ");
                assert!(is_known, "{page}: `{line}` is no command; is its block one of `OUTPUTS`?");
                commands.push(line.to_owned());
            }
        }
        commands
    }

    /// Whether code within a line is a command: a verb needs words of its own, or it is only named.
    fn is_command(&self, span: &str) -> bool {
        let is_verb = |word: &str| self.verbs.iter().any(|verb| verb == word);
        match span.split_once(' ') {
            Some(("slotcast", rest)) => !is_verb(rest),
            Some((first, _)) => first == "cargo" || is_verb(first),
            None => false,
        }
    }

    fn command(&mut self, place: &str, command: &str) {
        self.followed += 1;
        if NOT_RUN.iter().any(|(other, _)| *other == command) {
            return;
        }
        if let Some(bench) = command.strip_prefix("cargo bench --bench ") {
            return bench_exists(place, bench);
        }
        let own = command.strip_prefix("cargo run -- ").or_else(|| command.strip_prefix("slotcast "));
        let own = own.unwrap_or(command);
        assert!(!own.starts_with("cargo "), "{place}: say in `NOT_RUN` why it is not run");
        for variant in variants(own) {
            self.prepare(&variant);
            let arguments: Vec<String> =
                split(&variant).into_iter().map(|word| self.put_in(place, word)).collect();
            let more =
                if is_large(&variant) { SMALL.map(|number| ["--set", number]).concat() } else { Vec::new() };
            let ran = run(slotcast(self.here).args(&arguments).args(more));
            assert_eq!(ran.code, Some(0), "{place}: {arguments:?}\n{}", ran.stderr);
            let is_asked = ["sql", "explain"].contains(&arguments[0].as_str());
            assert!(!is_asked || ran.stdout.lines().count() > 1, "{place}: nothing is answered");
            self.learn(&arguments[0], &ran);
        }
    }

    /// Steps that a reader has taken before: there is something to explain, and a publication to retract.
    fn prepare(&mut self, command: &str) {
        let here = self.here;
        if command.ends_with(" ID") {
            let id = ask(here, "lake", "SELECT candidate_id FROM rankings ORDER BY slot_date, rank LIMIT 1");
            self.placeholders.insert("ID", id);
        }
        if command.ends_with(" RUN_ID") {
            words(here, "publish --quiet").ok();
            let latest = fs::read_link(here.join("lake/published/latest")).unwrap();
            self.placeholders.insert("RUN_ID", latest.to_str().unwrap().to_owned());
        }
    }

    /// Results of a command that those after it need.
    fn learn(&mut self, verb: &str, ran: &Ran) {
        let printed = |line: &str| {
            let command = &line[line.find("slotcast ")?..];
            Some(command.split('`').next().unwrap_or(command).to_owned())
        };
        match verb {
            "demo" => {
                let hints: Vec<String> = ran.stderr.lines().filter_map(printed).collect();
                assert_eq!(hints.len(), 2, "rejects, and what else may be asked: {hints:?}");
                for hint in hints {
                    self.command("demo", &hint);
                }
                // The other commands name a lake of the reader's own.
                copy_folder(&self.here.join("demo/lake"), &self.here.join("lake"));
            }
            // It prints the moment of its market.
            "simulate" => {
                let moment =
                    ran.stderr.split("--as-of ").nth(1).and_then(|rest| rest.split_whitespace().next());
                self.placeholders.insert("TIMESTAMP", moment.expect("a moment").to_owned());
            }
            _ => {}
        }
    }

    fn put_in(&self, place: &str, word: String) -> String {
        if let Some(meant) = self.placeholders.get(word.as_str()) {
            return meant.clone();
        }
        let stem = word.split('.').next().unwrap_or_default();
        let is_placeholder =
            stem.len() > 1 && stem.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
        assert!(!is_placeholder, "{place}: what does `{word}` stand for?");
        word
    }
}

/// A market of a preset in its own size takes minutes.
fn is_large(command: &str) -> bool {
    command.starts_with("simulate ") && !command.contains("--set")
}

/// With everything in brackets, and with nothing of it; that one speaks for now, so its lake is another.
fn variants(command: &str) -> Vec<String> {
    if !command.contains('[') {
        return vec![command.to_owned()];
    }
    let without = command.split('[').map(|part| part.rsplit(']').next().unwrap_or(part)).collect();
    let without: String = without;
    vec![command.replace(['[', ']'], ""), without.replace("--lake lake", "--lake of-today")]
}

/// The words of a command as a shell reads them: what is in quotes is one.
fn split(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// A bench is a target, and its parser knows the words that are given.
fn bench_exists(place: &str, command: &str) {
    let mut words = command.split_whitespace();
    let name = words.next().expect("a name");
    let manifest: Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let benches = manifest["bench"].as_array().expect("benches");
    let bench = benches.iter().find(|bench| bench.get("name").and_then(Value::as_str) == Some(name));
    let bench = bench.unwrap_or_else(|| panic!("{place}: there is no bench `{name}`"));
    let path = root().join(bench["path"].as_str().expect("a path"));
    let shared = fs::read_to_string(path.with_file_name("arguments.rs")).unwrap();
    let own = fs::read_to_string(path).unwrap();
    let shared = if own.contains("mod arguments;") { shared } else { String::new() };
    for flag in words.filter(|word| word.len() > 2 && word.starts_with("--")) {
        let arm = format!("\"{flag}\" =>");
        assert!(own.contains(&arm) || shared.contains(&arm), "{place}: `{flag}` is not known to `{name}`");
    }
}
