//! Settings by path.

use super::{Market, MarketSpec, Preset};

#[test]
fn settings_are_set_by_path() {
    let mut spec = MarketSpec::preset(Preset::Y2016);
    spec.set("demand.dispersion", "2").unwrap();
    spec.set("market.zone", "Asia/Tokyo").unwrap();
    spec.set("signals.alert.median", "12.5").unwrap();
    assert_eq!((spec.demand.dispersion, spec.market.zone.as_str()), (2.0, "Asia/Tokyo"));
    assert_eq!(MarketSpec::from_toml(&spec.to_toml()).unwrap(), spec);
    let error = |path: &str, value: &str| spec.clone().set(path, value).unwrap_err().to_string();
    assert_eq!(error("dispersion", "2"), "unknown setting `dispersion`");
    assert!(error("market.seats", "many").starts_with("`market.seats` cannot be `many`"));
    spec.set("anomalies.cancelled", "1.5").unwrap();
    let refused = Market::new(spec, 1).err().unwrap().to_string();
    assert_eq!(refused, "`anomalies.cancelled` must be between 0 and 0.9, not 1.5");
}
