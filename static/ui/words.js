// What happened, in the words of the call room. Codes come from the rules; an unknown one shows its type instead.
import { typeName } from "./format.js";
import { _ } from "./lang.js";

const SUBTYPES = {
  illness: _("Orang sakit"), injury: _("Orang terluka"), birth: _("Persalinan"), unconscious: _("Orang tidak sadar"),
  cardiac: _("Henti jantung"), poisoning: _("Keracunan"), ambulance_request: _("Permintaan ambulans"),
  mental_crisis: _("Krisis kejiwaan"),
  building_fire: _("Kebakaran bangunan"), vehicle_fire: _("Kebakaran kendaraan"), land_fire: _("Kebakaran lahan"),
  gas_leak: _("Kebocoran gas"), electrical_short: _("Korsleting listrik"), animal_rescue: _("Penyelamatan hewan"),
  snake: _("Ular"), wasp: _("Sarang tawon"), ring_removal: _("Pelepasan cincin"), trapped: _("Orang terjebak"),
  explosion: _("Ledakan"),
  flood: _("Banjir"), ponding: _("Genangan"), landslide: _("Tanah longsor"), earthquake: _("Gempa bumi"), wind: _("Angin kencang"),
  fallen_tree: _("Pohon tumbang"), drowning: _("Orang tenggelam"), tsunami: _("Tsunami"), volcanic: _("Erupsi gunung api"),
  building_collapse: _("Bangunan runtuh"), sinkhole: _("Tanah ambles"),
  crime: _("Tindak kejahatan"), robbery: _("Perampokan / begal"), brawl: _("Tawuran"), riot: _("Kerusuhan"), drugs: _("Narkoba"),
  body_found: _("Penemuan mayat"), missing_person: _("Orang hilang"), odgj: _("ODGJ"), noise: _("Keributan"), theft: _("Pencurian"),
  vagrant: _("Gelandangan"), suspicious_object: _("Benda mencurigakan"), prostitution_alcohol: _("Asusila / miras"),
  accident: _("Kecelakaan lalu lintas"), congestion: _("Kemacetan"), breakdown: _("Kendaraan mogok"),
  traffic_light_out: _("Lampu lalu lintas mati"), hit_and_run: _("Tabrak lari"), road_block: _("Jalan terhalang"),
  domestic_violence: _("KDRT"), sexual_violence: _("Kekerasan seksual"), harassment: _("Pelecehan"),
  child_abuse: _("Kekerasan pada anak"), abandoned_baby: _("Bayi ditelantarkan"), trafficking: _("Perdagangan orang"),
  street_light: _("Lampu jalan mati"), cable_down: _("Kabel putus"), water_pipe: _("Pipa air bocor"), pothole: _("Jalan rusak"),
  drain: _("Saluran mampet"), power_cut: _("Listrik padam"), broken_facility: _("Fasilitas rusak"), waste: _("Sampah"),
  bridge_damage: _("Jembatan rusak"), live_wire: _("Kabel bertegangan"),
  information: _("Permintaan informasi"), complaint: _("Pengaduan"), prank: _("Iseng"), chat: _("Obrolan"),
  misdial: _("Salah sambung"), feedback: _("Umpan balik"),
};

export const subtypeName = (code) => SUBTYPES[code] ?? "";

// "kartu tugas disaster/fallen_tree", in either language, as a person says it
export function reasonWords(reason, typeNames) {
  return reason.replace(/(?:kartu tugas|run card) ([a-z_]+)(?:\/([a-z_]+))?(?:\/[\d.]+)?/, (whole, type, subtype) => _("kartu tugas {name}", { name: subtypeName(subtype) || typeName(type, typeNames) }));
}

// The most exact name that is known: "Pohon tumbang" rather than "Bencana".
export const happening = (row, typeNames) => subtypeName(row.subtype) || typeName(row.type, typeNames) || _("Kasus terbatas");
