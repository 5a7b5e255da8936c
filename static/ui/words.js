// What happened, in the words of the call room. Codes come from the rules; an unknown one shows its type instead.
import { typeName } from "./format.js";

const SUBTYPES = {
  illness: "Orang sakit", injury: "Orang terluka", birth: "Persalinan", unconscious: "Orang tidak sadar",
  cardiac: "Henti jantung", poisoning: "Keracunan", ambulance_request: "Permintaan ambulans",
  mental_crisis: "Krisis kejiwaan",
  building_fire: "Kebakaran bangunan", vehicle_fire: "Kebakaran kendaraan", land_fire: "Kebakaran lahan",
  gas_leak: "Kebocoran gas", electrical_short: "Korsleting listrik", animal_rescue: "Penyelamatan hewan",
  snake: "Ular", wasp: "Sarang tawon", ring_removal: "Pelepasan cincin", trapped: "Orang terjebak",
  explosion: "Ledakan",
  flood: "Banjir", ponding: "Genangan", landslide: "Tanah longsor", earthquake: "Gempa bumi", wind: "Angin kencang",
  fallen_tree: "Pohon tumbang", drowning: "Orang tenggelam", tsunami: "Tsunami", volcanic: "Erupsi gunung api",
  building_collapse: "Bangunan runtuh", sinkhole: "Tanah ambles",
  crime: "Tindak kejahatan", robbery: "Perampokan / begal", brawl: "Tawuran", riot: "Kerusuhan", drugs: "Narkoba",
  body_found: "Penemuan mayat", missing_person: "Orang hilang", odgj: "ODGJ", noise: "Keributan", theft: "Pencurian",
  vagrant: "Gelandangan", suspicious_object: "Benda mencurigakan", prostitution_alcohol: "Asusila / miras",
  accident: "Kecelakaan lalu lintas", congestion: "Kemacetan", breakdown: "Kendaraan mogok",
  traffic_light_out: "Lampu lalu lintas mati", hit_and_run: "Tabrak lari", road_block: "Jalan terhalang",
  domestic_violence: "KDRT", sexual_violence: "Kekerasan seksual", harassment: "Pelecehan",
  child_abuse: "Kekerasan pada anak", abandoned_baby: "Bayi ditelantarkan", trafficking: "Perdagangan orang",
  street_light: "Lampu jalan mati", cable_down: "Kabel putus", water_pipe: "Pipa air bocor", pothole: "Jalan rusak",
  drain: "Saluran mampet", power_cut: "Listrik padam", broken_facility: "Fasilitas rusak", waste: "Sampah",
  bridge_damage: "Jembatan rusak", live_wire: "Kabel bertegangan",
  information: "Permintaan informasi", complaint: "Pengaduan", prank: "Iseng", chat: "Obrolan",
  misdial: "Salah sambung", feedback: "Umpan balik",
};

export const subtypeName = (code) => SUBTYPES[code] ?? "";

// "kartu tugas disaster/fallen_tree" as a person says it
export function reasonWords(reason, typeNames) {
  return reason.replace(/kartu tugas ([a-z_]+)(?:\/([a-z_]+))?(?:\/[\d.]+)?/, (_, type, subtype) => `kartu tugas ${subtypeName(subtype) || typeName(type, typeNames)}`);
}

// The most exact name that is known: "Pohon tumbang" rather than "Bencana".
export const happening = (row, typeNames) => subtypeName(row.subtype) || typeName(row.type, typeNames) || "Kasus terbatas";
