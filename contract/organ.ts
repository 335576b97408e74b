// The organ vocabulary (resources/organs.json) and the rule by which a label is a set of disjoint leaf organs.
import { z } from 'zod'

/** A vocabulary id such as `kidney_left`, or a name of the user's own that maps to nothing in it. */
export const OrganIdSchema = z.string().min(1).max(120)
export type OrganId = z.infer<typeof OrganIdSchema>

export const OrganSchema = z.object({
  id: OrganIdSchema,
  name: z.string().min(1).describe('As shown to people, e.g. "Left kidney"'),
  synonyms: z.array(z.string().min(1)).describe('Other names that map here; compared after normalisation'),
  laterality: z.enum(['left', 'right']).nullable(),
  counterpart: z.string().nullable().describe('The id of the same organ on the other side'),
  partOf: z.array(z.string()).describe('Ids of organs that contain this one, e.g. brainstem in brain'),
  mayOverlap: z.array(z.string()).describe('Ids whose masks may share voxels without either containing the other'),
  members: z
    .array(z.string())
    .describe('For a name that covers several organs (kidneys): the ids that it stands for; empty for an organ'),
  snomedCode: z.string().nullable().describe('SNOMED CT concept id'),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
})
export type Organ = z.infer<typeof OrganSchema>

const VocabularyIdSchema = z.string().regex(/^[a-z][A-Za-z0-9_]*$/, 'expected an id such as kidney_left')

/** Its ids are strict; a job's vocabulary also holds entries made for names that map to nothing here. */
export const VocabularySchema = z.object({
  version: z.int(),
  organs: z.array(OrganSchema.extend({ id: VocabularyIdSchema })),
})
export type Vocabulary = z.infer<typeof VocabularySchema>
