//! Published pages in a real browser.

use std::{path::PathBuf, process::Command};

use super::{command::run, files::root, requirements::required};

/// Opens pages in Chromium and checks them with the scripts of `tests/browser`.
#[track_caller]
pub(crate) fn check_pages(pages: &[PathBuf]) {
    let scripts = root().join("tests/browser");
    let home = std::env::var_os("SLOTCAST_BROWSER").map_or(scripts.clone(), PathBuf::from);
    let home = std::path::absolute(&home).unwrap_or(home);
    let missing = format!(
        "`{}` has no `node_modules`; hint: run `npm ci` there, or let SLOTCAST_BROWSER name another folder",
        home.display()
    );
    let Some(home) = required(home.join("node_modules").is_dir().then_some(home).ok_or(missing)) else {
        return;
    };
    let mut node = Command::new("node");
    node.env("SLOTCAST_BROWSER", home).arg(scripts.join("check.mjs")).args(pages);
    let checks = run(&mut node);
    assert_eq!(checks.code, Some(0), "{}\n{}", checks.stdout, checks.stderr);
}
