// organ-mosaic places: the other machines and clusters that jobs may run on.
import { z } from 'zod'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import {
  describePlace,
  PlaceCheckSchema,
  PlaceSchema,
  SlurmPlaceSchema,
  THIS_MACHINE,
} from '../../../../contract/place.ts'
import { defineCommand } from '../define-command.ts'
import type { Style } from '../text.ts'

const OutputSchema = z.object({
  places: z.array(PlaceSchema).describe('Without this machine'),
  check: PlaceCheckSchema.nullable(),
})

export const places = defineCommand({
  usage: 'places [what] [name]',
  summary: 'list the places where runs may be trained; add, check or remove one',
  options: [
    ['--slurm', 'add: a cluster with Slurm, whose sbatch is on this machine'],
    ['--ssh <host>', 'add: another machine, as the ssh of this one knows it'],
    ['--set <key=value...>', 'add: what the place is like, e.g. partition=gpu gres=gpu:1 timeLimitMinutes=720'],
  ],
  details: `[what] is add, check or remove. Adding a name that is there changes that place: what is not said stays as it is.
docs/reference/places.md lists what --set takes.`,
  examples: [
    'organ-mosaic places add cluster --slurm --set partition=gpu gres=gpu:1 memory=32G modules=cuda/12.4',
    'organ-mosaic places add gpu-box --ssh me@gpu-box',
    'organ-mosaic places add gpu-box --ssh me@gpu-box --set folder=/data/organ-mosaic command=/opt/organ-mosaic/organ-mosaic',
    'organ-mosaic places check cluster',
  ],
  input: z.object({
    what: z.enum(['add', 'check', 'remove'], 'expected add, check or remove').optional(),
    name: z.string().optional(),
    slurm: z.boolean().default(false),
    ssh: z.string().optional(),
    set: z.array(z.string()).default([]),
  }),
  output: OutputSchema,
  run: async ({ places: desk }, { what, name, slurm, ssh, set }) => {
    if (what === undefined) return { places: desk.list(), check: null }
    if (name === undefined) throw new OrganMosaicError('usage', `Name the place to ${what}.`)
    if (what === 'check') return { places: desk.list(), check: await desk.check(name) }
    if (what === 'remove') desk.remove(name)
    else {
      const known = desk.list().find((place) => place.name === name)
      if (!known && !slurm && ssh === undefined) {
        throw new OrganMosaicError('usage', `Say what kind of place ${name} is: --slurm, or --ssh HOST.`)
      }
      const kind = slurm ? { kind: 'slurm' } : ssh === undefined ? {} : { kind: 'ssh', host: ssh }
      desk.save({ ...known, ...kind, name, ...readSettings(set) })
    }
    return { places: desk.list(), check: null }
  },
  succeeded: ({ check }) => check === null || check.findings.every(({ state }) => state !== 'missing'),
  render: ({ places: all, check }, style) =>
    check ? renderCheck(check, style) : [THIS_MACHINE, ...all.map(describePlace)].join('\n'),
})

/** Each read as what it is by default in a place: a number, a list between commas, or text. */
function readSettings(settings: readonly string[]): Record<string, unknown> {
  const standard: Record<string, unknown> = SlurmPlaceSchema.parse({ kind: 'slurm', name: 'standard' })
  return Object.fromEntries(
    settings.map((setting) => {
      const split = setting.indexOf('=')
      if (split < 1) {
        throw new OrganMosaicError('usage', `--set expects key=value, such as partition=gpu, and got "${setting}".`)
      }
      const [key, text] = [setting.slice(0, split), setting.slice(split + 1)]
      if (Array.isArray(standard[key])) return [key, text.split(',').filter((part) => part !== '')]
      return [key, typeof standard[key] === 'number' ? Number(text) : text]
    }),
  )
}

function renderCheck({ findings }: z.infer<typeof PlaceCheckSchema>, style: Style): string {
  const mark = { good: style.green('good'), missing: style.red('missing'), unknown: style.yellow('unknown') }
  return findings.map(({ state, message }) => `${mark[state]}  ${message}`).join('\n')
}
