// How large organs of adults are, widely taken: outside of these ranges a label is more likely wrong than the patient rare.
// Each range holds the reference adults and the published volumes beside it, with room for disease. Sources:
//
// ICRP: reference masses of woman and man in ICRP Publication 89 (2002), as printed in the reference tables of J Nucl Med
//   and of Health Phys 2012;102:3 (PMC3859249), at 1.03 to 1.06 g a ml; contents of hollow organs included
// adrenals: 1043 adults, left 2.9 ml, right 2.5 ml in the middle, quarter below 2.0 ml ("Age-related morphometrics of normal adrenal glands")
// liver, spleen: 2989 donors, central 95 % 825 to 1700 ml and 81 to 322 ml (Kim et al., Radiology 2021); spleens of
//   myelofibrosis have several litres
// pancreas: 204 adults without disease of it, 18.8 to 139.8 ml (Abdom Radiol 2019, doi 10.1007/s00261-018-1793-8);
//   1886 adults, 72 +- 26 ml, declining with age (Saisho et al., Clin Anat 2007, doi 10.1002/ca.20543)
// parotid glands: 9.2 to 54.1 ml (Medbery et al., Radiother Oncol 2000); submandibular glands: 8.1 +- 2.6 ml in
//   130 adults ("Quantitative analysis of the submandibular gland using computed tomography")
// spleen: 107 to 315 ml (Prassopoulos et al., Eur Radiol 1997)
// lungs: by the breath, ICRP Publication 66: total lung capacity 5 to 7 l
//
// No published values were found for the pituitary gland and the gallbladder as segmented in CT: these two are estimates.
// ICRP gives the mandible, vessels, muscles and single bones no mass of their own: they are not judged.
import type { OrganId } from '../../../../contract/organ.ts'

/** [least, most] ml of a whole organ */
export const ADULT_ML: ReadonlyMap<OrganId, readonly [number, number]> = new Map([
  // ICRP 6.5 and 7 g
  ['adrenal_gland_left', [0.7, 30]],
  ['adrenal_gland_right', [0.7, 30]],
  // ICRP 1300 and 1450 g
  ['brain', [800, 2000]],
  // ICRP 7.5 g
  ['eye_left', [3, 15]],
  ['eye_right', [3, 15]],
  // ICRP 56 and 68 g with contents
  ['gallbladder', [2, 250]],
  // ICRP 620 and 840 g with blood
  ['heart', [250, 1800]],
  // ICRP 138 and 155 g
  ['kidney_left', [40, 500]],
  ['kidney_right', [40, 500]],
  // ICRP 1400 and 1800 g
  ['liver', [500, 5000]],
  ['lung_left', [400, 5000]],
  ['lung_right', [500, 5500]],
  // ICRP 5.5 g
  ['ovary_left', [0.5, 60]],
  ['ovary_right', [0.5, 60]],
  // ICRP 120 and 140 g
  ['pancreas', [10, 300]],
  // ICRP 25 g
  ['parotid_gland_left', [5, 90]],
  ['parotid_gland_right', [5, 90]],
  ['pituitary_gland', [0.1, 3]],
  // ICRP 17 g
  ['prostate', [5, 300]],
  // ICRP 130 and 150 g
  ['spleen', [30, 4000]],
  // ICRP 370 and 400 g with contents
  ['stomach', [30, 2500]],
  // ICRP 12.5 g
  ['submandibular_gland_left', [2, 30]],
  ['submandibular_gland_right', [2, 30]],
  // ICRP 17.5 g
  ['testis_left', [4, 60]],
  ['testis_right', [4, 60]],
  // ICRP 17 and 20 g
  ['thyroid_gland', [3, 300]],
  // ICRP 40 and 50 g without contents
  ['urinary_bladder', [10, 1500]],
  // ICRP 80 g
  ['uterus', [10, 1500]],
])
