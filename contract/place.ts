// Where a job runs: this machine, another one over SSH, or a cluster with Slurm. A place of the workspace's settings, and
// place.json of a job folder, which says where the job is and what that place last said of it.
import { z } from 'zod'
import { NameSchema } from './name.ts'

/** The place that is always there. */
export const THIS_MACHINE = 'this-machine'

const common = {
  name: NameSchema.max(32).refine((name) => name !== THIS_MACHINE, `${THIS_MACHINE} is always there`),
  command: z
    .string()
    .default('')
    .describe(
      'How organ-mosaic is started there, e.g. /shared/organ-mosaic/organ-mosaic; empty: this installation, at the same path',
    ),
}

export const SlurmPlaceSchema = z
  .strictObject({
    kind: z.literal('slurm'),
    ...common,
    partition: z.string().default('').describe("Empty: the cluster's own choice; so for account, gres and memory"),
    account: z.string().default(''),
    gres: z.string().default('').describe('What each job asks for, e.g. gpu:1'),
    cpus: z.int().min(1).max(1024).default(4).describe('Processors of a job'),
    memory: z.string().default('').describe('Of a job, e.g. 32G'),
    timeLimitMinutes: z
      .int()
      .min(2)
      .max(60 * 24 * 365)
      .default(720)
      .describe('Of one turn; a job that needs longer waits in the queue again and goes on where it was'),
    warnSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(120)
      .describe(
        'So long before the end of a turn a job is asked to write its checkpoint; Slurm may ask a minute earlier',
      ),
    atOnce: z.int().min(0).max(1000).default(0).describe('Jobs of a study that run at the same time; 0: all'),
    modules: z.array(z.string().min(1)).default([]).describe('Loaded before, with `module load`'),
    container: z
      .string()
      .default('')
      .describe('Put before the command, e.g. apptainer exec --nv /shared/organ-mosaic.sif'),
    options: z.array(z.string().min(1)).default([]).describe('More options of sbatch, e.g. --qos=long'),
  })
  .refine(({ timeLimitMinutes, warnSeconds }) => timeLimitMinutes * 60 - warnSeconds >= 60, {
    path: ['warnSeconds'],
    message: 'a turn must be at least a minute longer than its warning',
  })
export type SlurmPlace = z.infer<typeof SlurmPlaceSchema>

export const SshPlaceSchema = z.strictObject({
  kind: z.literal('ssh'),
  ...common,
  host: z
    .string()
    .regex(/^[^-\s][^\s]*$/, 'expected a host as ssh knows it, such as gpu-box or me@gpu-box')
    .describe("As the system's ssh knows it, with the keys and settings that you use yourself"),
  folder: z
    .string()
    .regex(/^((\/[^/\n]+)+)?$/, 'expected an absolute path there, such as /data/organ-mosaic')
    .default('')
    .describe(
      'A folder there that copies of what a run needs are sent to; empty: it sees the same paths as this machine',
    ),
})
export type SshPlace = z.infer<typeof SshPlaceSchema>

export const PlaceSchema = z.discriminatedUnion('kind', [SlurmPlaceSchema, SshPlaceSchema])
export type Place = z.infer<typeof PlaceSchema>

/** What a place says of a job. */
export const PlaceWordSchema = z.object({
  state: z.enum(['waiting', 'running', 'ended']).describe('waiting: in its queue'),
  reason: z
    .string()
    .default('')
    .describe('Why it waits or ended, as the place says it; empty where there is nothing to say'),
  position: z.int().positive().nullable().default(null).describe('In the queue of its partition, 1 is next'),
  startsAt: z.string().nullable().default(null).describe('When the cluster expects it to begin, in its own time'),
  node: z.string().default('').describe('The machine it runs on'),
})
export type PlaceWord = z.infer<typeof PlaceWordSchema>

/** place.json of a job folder; a job without it runs on this machine. */
export const JobPlaceSchema = z.object({
  place: PlaceSchema.describe('As it was when the job was given to it'),
  job: z.string().describe("The place's own name for it: a Slurm job, a process id; empty before it has one"),
  afterSeq: z.int().nonnegative().describe('Last event before it was given: later ones are of this start'),
  away: z
    .string()
    .default('')
    .describe(
      'The folder there that holds copies under their own paths, while it has what is not here; empty: all is here',
    ),
  owner: z
    .number()
    .nullable()
    .default(null)
    .describe('Number of the user whose job it is: to others a queue may not show it; null: not known'),
  sent: z.boolean().default(false).describe('Whether the copy there is complete, and from then on the newer one'),
  word: PlaceWordSchema,
})
export type JobPlace = z.infer<typeof JobPlaceSchema>
export type JobPlaceInput = z.input<typeof JobPlaceSchema>

/** Of a run, for people. */
export const RunPlaceSchema = PlaceWordSchema.extend({
  name: z.string(),
  kind: z.enum(['slurm', 'ssh']),
  job: z.string(),
})
export type RunPlace = z.infer<typeof RunPlaceSchema>

export const PlaceFindingSchema = z.object({
  state: z.enum(['good', 'missing', 'unknown']),
  message: z.string().describe('A sentence, with the next step where something is missing'),
})
export type PlaceFinding = z.infer<typeof PlaceFindingSchema>

export const PlaceCheckSchema = z.object({ place: z.string(), findings: z.array(PlaceFindingSchema) })
export type PlaceCheck = z.infer<typeof PlaceCheckSchema>

/** @example 'cluster (Slurm, partition gpu, gpu:1, 12 h)' */
export function describePlace(place: Place): string {
  if (place.kind === 'ssh')
    return `${place.name} (SSH to ${place.host}${place.folder && `, copies in ${place.folder}`})`
  const hours = place.timeLimitMinutes / 60
  const parts = [
    'Slurm',
    place.partition && `partition ${place.partition}`,
    place.gres,
    hours >= 1 ? `${Number(hours.toFixed(1))} h` : `${place.timeLimitMinutes} min`,
  ]
  return `${place.name} (${parts.filter((part) => part !== '').join(', ')})`
}

/** @example 'waits on cluster (job 17, number 3 in the queue): no machine with what it asks for is free (Resources)' */
export function describeWord({ name, kind, job, state, position, reason, node }: RunPlace): string {
  const what = job === '' ? '' : kind === 'slurm' ? `job ${job}` : `process ${job}`
  const place = position === null ? '' : `number ${position} in the queue`
  const facts = [what, state === 'waiting' ? place : ''].filter((fact) => fact !== '').join(', ')
  const more = `${facts && ` (${facts})`}${reason && `: ${reason}`}`
  if (state === 'running') return `runs on ${name}${node && node !== name ? `, ${node}` : ''}${more}`
  return `${state === 'ended' ? 'ended' : 'waits'} on ${name}${more}`
}
