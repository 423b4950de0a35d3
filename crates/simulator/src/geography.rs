//! Where wells are: basins, counties and API well numbers.
//!
//! The state code of an API number is the petroleum institute's own alphabetical count, not the federal (FIPS) code;
//! county codes are odd and follow the federal ones.

/// A county or parish of a basin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct County {
    /// Basin.
    pub basin: &'static str,
    /// Postal code of the state.
    pub state: &'static str,
    /// Name.
    pub name: &'static str,
    /// API state code.
    pub api_state: u8,
    /// County code.
    pub api_county: u16,
}

/// What a basin is like to produce in. Prices follow the market of the month; costs are at 8/8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basin {
    /// Name.
    pub name: &'static str,
    /// Leases of a hundred.
    pub share: u32,
    /// Wells of a hundred that are drilled for gas.
    pub gas_share: u32,
    /// Whether its gas wells make no oil.
    pub dry_gas: bool,
    /// Oil price against WTI, in cents per barrel.
    pub oil_differential_cents: i64,
    /// Gas price as parts per ten thousand of Henry Hub.
    pub gas_of_henry_hub: i64,
    /// What pipelines full to the brim take off the gas price in spring and autumn, in cents per MMBtu: at Waha it
    /// turns the price negative.
    pub shoulder_discount_cents: i64,
    /// Liquids in an MCF of gas, in thousandths of a gallon; 0 where gas is sold unprocessed.
    pub liquids_yield: i64,
    /// What a gallon of liquids fetches at the plant, as parts per ten thousand of propane at Mont Belvieu: less the way there
    /// and fractionation, by what the basin's plants make of its gas; 0 where gas is sold unprocessed.
    pub liquids_of_propane: i64,
    /// Lease operating expense of a BOE, in cents, in the middle of the band that operators report.
    pub expense_cents_per_boe: i64,
    /// Gathering and transportation of an MCF, in cents.
    pub gathering_cents_per_mcf: i64,
}

const fn basin(
    name: &'static str,
    (share, gas_share, dry_gas): (u32, u32, bool),
    (oil_differential_cents, gas_of_henry_hub, shoulder_discount_cents): (i64, i64, i64),
    (liquids_yield, liquids_of_propane): (i64, i64),
    (expense_cents_per_boe, gathering_cents_per_mcf): (i64, i64),
) -> Basin {
    Basin {
        name,
        share,
        gas_share,
        dry_gas,
        oil_differential_cents,
        gas_of_henry_hub,
        shoulder_discount_cents,
        liquids_yield,
        liquids_of_propane,
        expense_cents_per_boe,
        gathering_cents_per_mcf,
    }
}

/// The nine basins; shares sum to 100.
pub const BASINS: [Basin; 9] = [
    basin("Midland", (20, 5, false), (-100, 6_500, 190), (4_200, 9_600), (650, 42)),
    basin("Delaware", (20, 10, false), (-150, 6_000, 210), (3_600, 9_400), (690, 48)),
    basin("Eagle Ford", (13, 20, false), (-100, 9_500, 15), (3_000, 10_400), (760, 38)),
    basin("Williston", (12, 2, false), (-350, 7_000, 40), (4_800, 8_600), (1_100, 62)),
    basin("DJ", (9, 10, false), (-400, 8_500, 30), (3_200, 9_100), (430, 52)),
    basin("Anadarko", (8, 45, false), (-200, 9_000, 20), (3_000, 9_300), (720, 44)),
    basin("Appalachia", (9, 97, true), (-500, 8_500, 45), (0, 0), (125, 36)),
    basin("Haynesville", (6, 100, true), (-300, 9_700, 10), (0, 0), (130, 30)),
    basin("Uinta", (3, 15, false), (-500, 8_000, 30), (2_000, 8_800), (850, 46)),
];

const fn county(
    basin: &'static str,
    state: &'static str,
    name: &'static str,
    api_state: u8,
    api_county: u16,
) -> County {
    County { basin, state, name, api_state, api_county }
}

/// The counties in which wells are placed.
#[rustfmt::skip]
pub const COUNTIES: [County; 37] = [
    county("Midland", "TX", "Midland", 42, 329), county("Midland", "TX", "Martin", 42, 317),
    county("Midland", "TX", "Howard", 42, 227), county("Midland", "TX", "Upton", 42, 461),
    county("Midland", "TX", "Reagan", 42, 383), county("Midland", "TX", "Glasscock", 42, 173),
    county("Delaware", "TX", "Reeves", 42, 389), county("Delaware", "TX", "Loving", 42, 301),
    county("Delaware", "TX", "Ward", 42, 475), county("Delaware", "NM", "Lea", 30, 25),
    county("Delaware", "NM", "Eddy", 30, 15),
    county("Eagle Ford", "TX", "Karnes", 42, 255), county("Eagle Ford", "TX", "DeWitt", 42, 123),
    county("Eagle Ford", "TX", "La Salle", 42, 283), county("Eagle Ford", "TX", "Webb", 42, 479),
    county("Williston", "ND", "McKenzie", 33, 53), county("Williston", "ND", "Williams", 33, 105),
    county("Williston", "ND", "Mountrail", 33, 61), county("Williston", "ND", "Dunn", 33, 25),
    county("Williston", "MT", "Richland", 25, 83),
    county("DJ", "CO", "Weld", 5, 123), county("DJ", "CO", "Adams", 5, 1), county("DJ", "WY", "Laramie", 49, 21),
    county("Anadarko", "OK", "Canadian", 35, 17), county("Anadarko", "OK", "Grady", 35, 51),
    county("Anadarko", "OK", "Kingfisher", 35, 73), county("Anadarko", "TX", "Wheeler", 42, 483),
    county("Appalachia", "PA", "Washington", 37, 125), county("Appalachia", "PA", "Susquehanna", 37, 115),
    county("Appalachia", "WV", "Marshall", 47, 51), county("Appalachia", "OH", "Belmont", 34, 13),
    county("Haynesville", "LA", "De Soto", 17, 31), county("Haynesville", "LA", "Red River", 17, 81),
    county("Haynesville", "TX", "Panola", 42, 365), county("Haynesville", "TX", "Shelby", 42, 419),
    county("Uinta", "UT", "Duchesne", 43, 13), county("Uinta", "UT", "Uintah", 43, 47),
];

/// The API-14 number of the `serial`-th well of a county: state, county, unique number, no sidetrack, no event.
#[must_use]
pub fn api_number(county: &County, serial: u32) -> String {
    format!("{:02}{:03}{:05}0000", county.api_state, county.api_county, 30_000 + serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_codes_are_the_petroleum_institutes_and_not_the_federal_ones() {
        let institute =
            [("CO", 5), ("LA", 17), ("MT", 25), ("NM", 30), ("ND", 33), ("OH", 34), ("OK", 35), ("PA", 37)];
        let more = [("TX", 42), ("UT", 43), ("WV", 47), ("WY", 49)];
        for (state, code) in institute.into_iter().chain(more) {
            let of_state: Vec<&County> = COUNTIES.iter().filter(|county| county.state == state).collect();
            assert!(
                !of_state.is_empty() && of_state.iter().all(|county| county.api_state == code),
                "{state}"
            );
        }
    }

    #[test]
    fn county_codes_are_odd_and_every_basin_has_a_county() {
        assert!(COUNTIES.iter().all(|county| county.api_county % 2 == 1));
        assert!(BASINS.iter().all(|basin| COUNTIES.iter().any(|county| county.basin == basin.name)));
        assert_eq!(BASINS.iter().map(|basin| basin.share).sum::<u32>(), 100);
    }

    #[test]
    fn liquids_fetch_most_by_the_market_and_least_where_the_way_there_is_longest() {
        let of = |name: &str| BASINS.iter().find(|basin| basin.name == name).unwrap().liquids_of_propane;
        assert!(of("Eagle Ford") > of("Midland") && of("Midland") > of("DJ") && of("DJ") > of("Williston"));
        assert!(BASINS.iter().all(|basin| (basin.liquids_yield > 0) == (basin.liquids_of_propane > 0)));
    }

    #[test]
    fn an_api_number_has_fourteen_digits() {
        assert_eq!(api_number(&COUNTIES[6], 17), "42389300170000");
    }
}
