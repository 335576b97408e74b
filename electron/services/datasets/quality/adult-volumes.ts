// How large organs of adults are, widely taken: outside of these ranges a label is more likely wrong than the patient rare.
//
// Made after the reference adults of ICRP Publication 89 (2002; masses of organs, about 1.05 g a ml, paired organs
// halved), as the authors remember them: not yet compared with its tables value by value. The ranges reach from about a third of the smaller value to about three times the larger one; wider for organs that fill and empty
// (bladder, stomach, gallbladder) or that disease enlarges (liver, spleen, kidneys, thyroid, prostate), and for lungs,
// whose volume in a scan follows the breath (ICRP Publication 66: total lung capacity 5 to 7 l). ICRP gives the mandible,
// vessels, muscles and single bones no mass of their own: they are not judged.
import type { OrganId } from '../../../../contract/organ.ts'

/** [least, most] ml of a whole organ */
export const ADULT_ML: ReadonlyMap<OrganId, readonly [number, number]> = new Map([
  ['adrenal_gland_left', [1, 30]],
  ['adrenal_gland_right', [1, 30]],
  ['brain', [800, 2000]],
  ['eye_left', [3, 15]],
  ['eye_right', [3, 15]],
  ['gallbladder', [2, 250]],
  ['heart', [250, 1800]],
  ['kidney_left', [40, 500]],
  ['kidney_right', [40, 500]],
  ['liver', [500, 5000]],
  ['lung_left', [400, 5000]],
  ['lung_right', [500, 5500]],
  ['ovary_left', [0.5, 60]],
  ['ovary_right', [0.5, 60]],
  ['pancreas', [20, 300]],
  ['parotid_gland_left', [5, 90]],
  ['parotid_gland_right', [5, 90]],
  ['pituitary_gland', [0.1, 3]],
  ['prostate', [5, 300]],
  ['spleen', [30, 2000]],
  ['stomach', [30, 2500]],
  ['submandibular_gland_left', [2, 30]],
  ['submandibular_gland_right', [2, 30]],
  ['testis_left', [4, 60]],
  ['testis_right', [4, 60]],
  ['thyroid_gland', [3, 200]],
  ['urinary_bladder', [10, 1500]],
  ['uterus', [15, 1500]],
])
