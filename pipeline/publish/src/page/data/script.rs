//! JSON for a script element: no text in it can end the element.

use serde::Serialize;

use crate::error::PublishError;

/// `value` as JSON. `<` and the line ends of JavaScript are escaped.
pub(crate) fn json_for_script(value: &impl Serialize) -> Result<String, PublishError> {
    let json = serde_json::to_string(value)?;
    Ok(json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_element() {
        let text = "</script><!--\u{2028}\u{2029}\u{0}\"";
        let json = json_for_script(&text).unwrap();
        assert!(!json.contains('<') && !json.contains('\u{2028}') && !json.contains('\u{2029}'), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
