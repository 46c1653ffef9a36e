//! Every command shown in a README or printed by the demo runs.
//!
//! Commands come from fenced blocks and from inline code. Placeholders in capitals are replaced from a table. An
//! unknown block, placeholder or benchmark fails the test.

use std::{collections::BTreeMap, fs, path::Path};

use toml::{Table, Value};

use crate::support::{CommandOutput, cli, copy_folder, query, root, run, slotcast, write_text};

/// Beginnings of blocks that show output.
const OUTPUTS: [&str; 1] = [" rank   slot_date    candidate_id"];
/// Commands that are not run here, with the reason.
const NOT_RUN: [(&str, &str); 1] = [("cargo test --workspace", "this test is part of it")];

/// Settings of a small market. Commands in `data/seeds` contain their own.
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

/// A mapping of the contract's own table of makers.
const MAPPING: &str = "name = \"contract\"\n[[file]]\npattern = \"makers/*.csv\"\n[[file.target]]\ntable = \"makers\"\n\
    [file.target.columns]\nmaker_id = \"maker_id\"\nname = \"name\"\nkind = \"kind\"\nupdated_at = \"updated_at\"\n";

#[test]
fn readme_commands_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut reader = Reader::new(folder.path());
    for page in ["README.md", "data/README.md", "data/sources/README.md"] {
        reader.follow(page);
    }
    assert!(reader.commands_run > 15, "{} commands", reader.commands_run);
}

#[test]
fn seed_commands_run() {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&root().join("data/seeds"), &folder.path().join("data/seeds"));
    let mut reader = Reader::new(folder.path());
    reader.follow("data/seeds/README.md");
    assert_eq!(reader.commands_run, 3);
}

/// A reader who runs the commands of a page in order.
struct Reader<'a> {
    here: &'a Path,
    verbs: Vec<String>,
    /// Values of the placeholders.
    placeholders: BTreeMap<&'static str, String>,
    commands_run: usize,
}

impl<'a> Reader<'a> {
    fn new(here: &'a Path) -> Self {
        write_text(&here.join("mapping.toml"), MAPPING);
        let help = cli(here, "--help").ok().stdout;
        let verbs =
            help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let verbs = verbs.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
        let placeholders = [
            ("INBOX", "demo/inbox"),
            ("FILE", "social_signals/2016-02-23.csv"),
            ("MAPPING.toml", "mapping.toml"),
            ("NAME", "moq_rates"),
            ("TIMESTAMP", "2017-04-14T21:30:00+09:00"),
        ];
        let placeholders = placeholders.map(|(word, value)| (word, value.to_owned())).into();
        Self { here, verbs, placeholders, commands_run: 0 }
    }

    fn follow(&mut self, page: &str) {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for command in self.commands(page, &text) {
            self.run_command(&format!("{page}: {command}"), &command);
        }
    }

    /// Commands of a page, from top to bottom.
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
                assert!(
                    is_known,
                    "{page}: `{line}` is not a command; add the start of its block to `OUTPUTS`"
                );
                commands.push(line.to_owned());
            }
        }
        commands
    }

    /// Whether inline code is a command. A verb alone is only a name.
    fn is_command(&self, span: &str) -> bool {
        let is_verb = |word: &str| self.verbs.iter().any(|verb| verb == word);
        match span.split_once(' ') {
            Some(("slotcast", rest)) => !is_verb(rest),
            Some((first, _)) => first == "cargo" || is_verb(first),
            None => false,
        }
    }

    fn run_command(&mut self, origin: &str, command: &str) {
        self.commands_run += 1;
        if NOT_RUN.iter().any(|(other, _)| *other == command) {
            return;
        }
        if let Some(bench) = command.strip_prefix("cargo bench --bench ") {
            return check_bench(origin, bench);
        }
        let own = command.strip_prefix("cargo run -- ").or_else(|| command.strip_prefix("slotcast "));
        let own = own.unwrap_or(command);
        assert!(!own.starts_with("cargo "), "{origin}: add the reason to `NOT_RUN`");
        for variant in variants(own) {
            self.prepare(&variant);
            let arguments: Vec<String> =
                split(&variant).into_iter().map(|word| self.replace_placeholder(origin, word)).collect();
            let more =
                if is_large(&variant) { SMALL.map(|number| ["--set", number]).concat() } else { Vec::new() };
            let ran = run(slotcast(self.here).args(&arguments).args(more));
            assert_eq!(ran.code, Some(0), "{origin}: {arguments:?}\n{}", ran.stderr);
            let is_query = ["sql", "explain"].contains(&arguments[0].as_str());
            assert!(!is_query || ran.stdout.lines().count() > 1, "{origin}: the result is empty");
            self.record(&arguments[0], &ran);
        }
    }

    /// Prepares the subject of a command: an offer to explain, or a publication to retract.
    fn prepare(&mut self, command: &str) {
        let here = self.here;
        if command.ends_with(" ID") {
            let id =
                query(here, "lake", "SELECT candidate_id FROM rankings ORDER BY slot_date, rank LIMIT 1");
            self.placeholders.insert("ID", id);
        }
        if command.ends_with(" RUN_ID") {
            cli(here, "publish --quiet").ok();
            let latest = fs::read_link(here.join("lake/published/latest")).unwrap();
            self.placeholders.insert("RUN_ID", latest.to_str().unwrap().to_owned());
        }
    }

    /// Records the results that later commands need.
    fn record(&mut self, verb: &str, ran: &CommandOutput) {
        let printed = |line: &str| {
            let command = &line[line.find("slotcast ")?..];
            Some(command.split('`').next().unwrap_or(command).to_owned())
        };
        match verb {
            "demo" => {
                let hints: Vec<String> = ran.stderr.lines().filter_map(printed).collect();
                assert_eq!(hints.len(), 2, "rejects and further queries: {hints:?}");
                for hint in hints {
                    self.run_command("demo", &hint);
                }
                // Later commands use the default lake.
                copy_folder(&self.here.join("demo/lake"), &self.here.join("lake"));
            }
            // The command prints the time of its market.
            "simulate" => {
                let as_of =
                    ran.stderr.split("--as-of ").nth(1).and_then(|rest| rest.split_whitespace().next());
                self.placeholders.insert("TIMESTAMP", as_of.expect("a timestamp").to_owned());
            }
            _ => {}
        }
    }

    fn replace_placeholder(&self, origin: &str, word: String) -> String {
        if let Some(value) = self.placeholders.get(word.as_str()) {
            return value.clone();
        }
        let stem = word.split('.').next().unwrap_or_default();
        let is_placeholder =
            stem.len() > 1 && stem.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
        assert!(!is_placeholder, "{origin}: unknown placeholder `{word}`");
        word
    }
}

/// Whether a command simulates a preset at its full size, which takes minutes.
fn is_large(command: &str) -> bool {
    command.starts_with("simulate ") && !command.contains("--set")
}

/// The command with and without its optional part in brackets. Without it the run is for now, in another lake.
fn variants(command: &str) -> Vec<String> {
    if !command.contains('[') {
        return vec![command.to_owned()];
    }
    let without = command.split('[').map(|part| part.rsplit(']').next().unwrap_or(part)).collect();
    let without: String = without;
    vec![command.replace(['[', ']'], ""), without.replace("--lake lake", "--lake today")]
}

/// Words of a command as in a shell: quoted text is one word.
fn split(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// Checks that a benchmark exists and knows its arguments.
fn check_bench(origin: &str, command: &str) {
    let mut words = command.split_whitespace();
    let name = words.next().expect("a name");
    let manifest: Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let benches = manifest["bench"].as_array().expect("benches");
    let bench = benches.iter().find(|bench| bench.get("name").and_then(Value::as_str) == Some(name));
    let bench = bench.unwrap_or_else(|| panic!("{origin}: there is no benchmark `{name}`"));
    let path = root().join(bench["path"].as_str().expect("a path"));
    let shared = fs::read_to_string(path.with_file_name("arguments.rs")).unwrap();
    let own = fs::read_to_string(path).unwrap();
    let shared = if own.contains("mod arguments;") { shared } else { String::new() };
    for flag in words.filter(|word| word.len() > 2 && word.starts_with("--")) {
        let arm = format!("\"{flag}\" =>");
        assert!(own.contains(&arm) || shared.contains(&arm), "{origin}: `{name}` does not know `{flag}`");
    }
}
