//! Names of people, firms, public offices and leases, of which no two of a kind are the same.

use crate::random::Draw;
use std::collections::HashSet;

/// Names that are drawn for one before what is drawn last is numbered: at the parts below nearly none is.
const TRIES: usize = 32;

#[rustfmt::skip]
const SURNAMES: [&str; 80] = [
    "Abernathy", "Barrera", "Calloway", "Dugan", "Espinoza", "Fairchild", "Guidry", "Hollis", "Ingram", "Jessup",
    "Kincaid", "Landry", "McAllister", "Navarro", "Olsen", "Pruitt", "Quintana", "Rasmussen", "Sandoval", "Thibodeaux",
    "Upshaw", "Villarreal", "Whitlock", "Yarbrough", "Ackerman", "Boudreaux", "Castellano", "Delacroix", "Eastman",
    "Fuentes", "Gunderson", "Holloway", "Iverson", "Jernigan", "Kessler", "Lindqvist", "Montoya", "Newcomb", "Ortega",
    "Petersen", "Alvarado", "Brannon", "Cantrell", "Dunlap", "Ellison", "Fontenot", "Garza", "Hightower", "Isbell",
    "Johansen", "Kuykendall", "Ledbetter", "Mayfield", "Nordahl", "Oakley", "Pickens", "Renfro", "Stallings", "Trevino",
    "Underhill", "Vance", "Wardlaw", "Yates", "Zapata", "Bledsoe", "Chisholm", "Dobbs", "Everhart", "Flores", "Haugen",
    "Kirkland", "Lovelace", "Mauldin", "Oglesby", "Parrish", "Riddle", "Soto", "Tidwell", "Vickers", "Womack",
];

#[rustfmt::skip]
const GIVEN_NAMES: [&str; 48] = [
    "Alice", "Arthur", "Beatriz", "Bonnie", "Carl", "Carmen", "Charles", "Clara", "Dale", "Delia", "Dorothy", "Earl",
    "Edith", "Elena", "Emmett", "Esther", "Frances", "Frank", "George", "Glenda", "Harold", "Hector", "Helen", "Irene",
    "James", "Joan", "Jorge", "Juanita", "Kenneth", "Laura", "Leon", "Lois", "Luis", "Marjorie", "Mary", "Melvin",
    "Nadine", "Norman", "Opal", "Oscar", "Patricia", "Ralph", "Rosa", "Ruth", "Stanley", "Thomas", "Vera", "Walter",
];

/// What stands or grows on a lease.
#[rustfmt::skip]
const LEASES: [&str; 32] = [
    "Caliche", "Mesquite", "Badger", "Longhorn", "Sandhill", "Bluestem", "Coyote", "Juniper", "Palo Duro", "Redtail",
    "Roadrunner", "Sagebrush", "Switchgrass", "Timberline", "Windmill", "Yucca", "Arroyo", "Bison", "Cottonwood",
    "Diamondback", "Elkhorn", "Foxtail", "Greasewood", "Harrier", "Ironwood", "Javelina", "Kestrel", "Lodgepole",
    "Mockingbird", "Nighthawk", "Ocotillo", "Pronghorn",
];

const INITIALS: &[u8; 20] = b"ABCDEFGHJKLMNPRSTVWY";

/// What firms are called that are not called after their founders.
#[rustfmt::skip]
const PLACES: [&str; 40] = [
    "Blue Mesa", "Cimarron", "Llano", "Brazos", "Red Fork", "Sabine", "Pecos", "Trinity", "Concho", "High Plains",
    "Stillwater", "Bluebonnet", "Guadalupe", "Caney", "Black Hills", "Wind River", "Salt Fork", "Tejas", "Cross Timbers",
    "Chaparral", "Mesilla", "Ozark", "Frontier", "Big Horn", "Medina", "Palisade", "Sandia", "Arbuckle", "Cypress",
    "Double Eagle", "Flint Hills", "Granite Peak", "Headwaters", "Laramie", "Monument", "Neches", "Powderhorn", "Rio Verde",
    "Sierra Blanca", "Tumbleweed",
];

const MINERAL_FIRMS: [&str; 7] = [
    "Minerals LP",
    "Royalty Co.",
    "Royalties LLC",
    "Land & Minerals Ltd.",
    "Mineral Holdings LLC",
    "Royalty Partners LP",
    "Resources Inc.",
];

/// Who administers a state's own minerals, and who collects its severance tax.
const STATES: [(&str, &str, &str); 12] = [
    ("TX", "Texas General Land Office", "Texas Comptroller of Public Accounts"),
    ("NM", "New Mexico State Land Office", "New Mexico Taxation and Revenue Department"),
    ("ND", "North Dakota Department of Trust Lands", "North Dakota Office of State Tax Commissioner"),
    ("MT", "Montana Trust Land Management Division", "Montana Department of Revenue"),
    ("CO", "Colorado State Board of Land Commissioners", "Colorado Department of Revenue"),
    ("WY", "Wyoming Office of State Lands and Investments", "Wyoming Department of Revenue"),
    ("OK", "Oklahoma Commissioners of the Land Office", "Oklahoma Tax Commission"),
    ("PA", "Pennsylvania Bureau of Forestry", "Pennsylvania Department of Revenue"),
    ("WV", "West Virginia Division of Natural Resources", "West Virginia Tax Division"),
    ("OH", "Ohio Department of Natural Resources", "Ohio Department of Taxation"),
    ("LA", "Louisiana State Mineral and Energy Board", "Louisiana Department of Revenue"),
    ("UT", "Utah Trust Lands Administration", "Utah State Tax Commission"),
];

/// The office that holds a state's minerals.
pub(super) fn land_office(state: &str) -> &'static str {
    STATES.iter().find(|(of, ..)| *of == state).map_or("Bureau of Land Management", |(_, office, _)| office)
}

/// The offices that collect the states' taxes.
pub(super) fn revenue_offices() -> impl Iterator<Item = String> {
    STATES.iter().map(|(.., office)| (*office).to_owned())
}

/// Names of one kind that are taken.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Takes a name as it is.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// The first of some names that nobody has.
    fn first(&mut self, mut names: impl Iterator<Item = String>) -> String {
        let mut last = String::new();
        let free = names.by_ref().take(TRIES).find(|name| {
            last.clone_from(name);
            self.taken.insert(name.clone())
        });
        free.unwrap_or_else(|| {
            let numbered = (2..).map(|nth| format!("{last} No. {nth}"));
            numbered.filter(|name| self.taken.insert(name.clone())).take(1).collect()
        })
    }

    /// The `nth` firm of a trade: called after its founder, or else after where it is from.
    pub(super) fn firm(&mut self, nth: usize, trade: &str) -> String {
        let stem = |at: usize| match at % 3 {
            0 => PLACES[at / 3 % PLACES.len()],
            _ => SURNAMES[at * 7 % SURNAMES.len()],
        };
        self.first((nth..).map(|at| format!("{} {trade}", stem(at))))
    }

    /// Somebody who owns minerals.
    pub(super) fn person(&mut self, draw: &mut Draw) -> String {
        self.drawn(draw, |draw| match draw.below(6) {
            0 => {
                let (one, other) = (*draw.pick(&GIVEN_NAMES), *draw.pick(&GIVEN_NAMES));
                let surname = draw.pick(&SURNAMES);
                if one == other { full_name(draw) } else { format!("{one} and {other} {surname}") }
            }
            _ => full_name(draw),
        })
    }

    /// Who inherits together.
    pub(super) fn heirs(&mut self, draw: &mut Draw) -> String {
        self.drawn(draw, |draw| format!("Heirs of {}", full_name(draw)))
    }

    /// A family's trust.
    pub(super) fn trust(&mut self, draw: &mut Draw) -> String {
        self.drawn(draw, |draw| match draw.below(4) {
            0 => format!("{} Family Trust", draw.pick(&SURNAMES)),
            1 => format!("{} Revocable Trust", full_name(draw)),
            2 => format!("{} Mineral Trust", draw.pick(&SURNAMES)),
            _ => format!("{} Living Trust", full_name(draw)),
        })
    }

    /// A firm that owns minerals.
    pub(super) fn mineral_firm(&mut self, draw: &mut Draw) -> String {
        self.drawn(draw, |draw| {
            let stem = if draw.below(2) == 0 { *draw.pick(&PLACES) } else { *draw.pick(&SURNAMES) };
            format!("{stem} {}", draw.pick(&MINERAL_FIRMS))
        })
    }

    /// A lease, whose wells are called after it.
    pub(super) fn lease(&mut self, draw: &mut Draw) -> String {
        self.drawn(draw, |draw| format!("{} {}", draw.pick(&LEASES), draw.between(1, 80)))
    }

    fn drawn(&mut self, draw: &mut Draw, name: impl Fn(&mut Draw) -> String) -> String {
        self.first(std::iter::repeat_with(|| name(draw)))
    }
}

fn full_name(draw: &mut Draw) -> String {
    let (given, initial) = (*draw.pick(&GIVEN_NAMES), char::from(*draw.pick(INITIALS)));
    format!("{given} {initial}. {}", draw.pick(&SURNAMES))
}
