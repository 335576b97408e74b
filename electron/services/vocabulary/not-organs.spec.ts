// Names of planning systems that are no organs, and beside them the organs that look like them.
import { describe, expect, it } from 'vitest'
import { notOrgan } from './not-organs.ts'

describe('notOrgan', () => {
  it.each([
    ['outline of the patient', ['BODY', 'External', 'Body_1', 'Body Contour', 'outer_contour', 'Patient Outline']],
    [
      'target volume',
      ['PTV', 'PTV_60Gy', 'ptv 54', 'CTV_prostate', 'GTV-1', 'GTVp', 'GTVn_L', 'ITV', 'iGTV', 'PTV_ring', 'zPTV_60'],
    ],
    ['drawn after a target volume', ['Lungs-GTV', 'Lung_Total-ITV', 'Ring_PTV60', 'Boost PTV']],
    ['organ with a margin', ['Brainstem_PRV', 'PRV_Cord', 'SpinalCord_PRV05', 'BrainstemPRV', 'Cord PRV5mm']],
    ['couch or fixation', ['Couch', 'CouchSurface', 'CouchInterior', 'couch_1', 'TableTop', 'Baseplate']],
    ['bolus', ['Bolus', 'BolusStructure', 'bolus 5mm']],
    [
      'helper of the optimisation',
      [
        'Ring',
        'Rings',
        'Ring_1',
        'ring5mm',
        'Ring Outer',
        'zRing',
        'z_help',
        'zz_Heart',
        'zzheart',
        'opt_lung',
        'Opt Bowel',
      ],
    ],
    ['helper of the optimisation', ['Bowel_opt', 'Heart opt 2', 'Avoid', 'Avoid_Larynx', 'Avoidance']],
    ['dose region', ['Dose 95%', 'Dose 95[%]', 'Dose_3000', 'isodose', 'IsoDose 50', 'iso95', '95%', '47.5 Gy']],
    ['marker or isocentre', ['iso', 'Isocenter', 'Isocentre 1', 'marker', 'Markers', 'Marker_2', 'Fiducial 1']],
  ])('%s: %j', (what, names) => {
    for (const name of names) expect([name, notOrgan(name)]).toEqual([name, what])
  })

  it.each([
    ['Body_of_pancreas', 'Vertebral body', 'Body of sternum', 'carotid_body_L', 'Corpus callosum body', 'bodyfat'],
    ['External_auditory_canal_L', 'External iliac artery', 'A_Iliac_External', 'externaliliac'],
    ['OptNerve_L', 'Opt_Nrv_R', 'opt nerve', 'Opt_Chiasm', 'OpticChiasm', 'optic tract', 'Opt_Tract_R'],
    ['Ring finger', 'Ring_finger_L', 'cricoid ring', 'Zygomatic_L', 'Zygoma', 'Skin', 'Bowel_Bag', 'Table_of_skull'],
    ['Isthmus', 'Ischium', 'isolated lung', 'Liver', 'Parotid_L', 'Patient_liver', 'Hypophysis', 'lung 5'],
  ])('organs: %s, %s ...', (...names) => {
    for (const name of names) expect([name, notOrgan(name)]).toEqual([name, null])
  })

  it('believes the type of a structure set, where it says more than a name', () => {
    expect(notOrgan('Prostate bed', 'CTV')).toBe('target volume: its file says CTV')
    expect(notOrgan('Tisch', 'SUPPORT')).toBe('couch or fixation: its file says SUPPORT')
    expect(notOrgan('Larynx rest', 'ORGAN')).toBeNull()
    expect(notOrgan('Lips', 'AVOIDANCE')).toBeNull()
    // Everything is an ORGAN where nobody changed the type.
    expect(notOrgan('PTV_70', 'ORGAN')).toBe('target volume')
  })
})
