// A run's report for docs/results: how it was made, what it cost, and its scores organ by organ, as Markdown.
import { PRESETS } from '../../contract/presets.ts'
import { RunConfigSchema } from '../../contract/run-config.ts'
import type { EvaluationReport, JobEvent, TrainJob } from '../../contract/index.ts'

/** Leaves of a configuration by their dotted key. */
export function flatten(value: unknown, prefix = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[prefix, value]])
  const entries = Object.entries(value)
  return new Map(entries.flatMap(([key, inner]) => [...flatten(inner, prefix === '' ? key : `${prefix}.${key}`)]))
}

/** The command that makes the same run: the preset, and every setting that differs from it. */
export function trainCommand({ name, datasets, preset, stages, stage1From, config }: TrainJob): string {
  const expected = flatten(RunConfigSchema.parse(PRESETS[preset]))
  const changed = [...flatten(config)].filter(([key, value]) => String(expected.get(key)) !== String(value))
  const settings = changed.map(([key, value]) => `${key}=${String(value)}`)
  return [
    `organ-mosaic train --name ${name} --datasets ${datasets.map((dataset) => dataset.name).join(',')}`,
    `--preset ${preset} --stages ${stages}`,
    ...(stage1From === null ? [] : [`--stage1-from ${stage1From.split(/[\\/]/).at(-1)}`]),
    ...(settings.length === 0 ? [] : [`--set ${settings.join(' ')}`]),
  ].join(' ')
}

/** Seconds that processes worked on the job, and its largest resident memory. Pauses and dead time do not count. */
export function runCost(events: readonly JobEvent[]): { seconds: number; peakMemoryMb: number | null } {
  let milliseconds = 0
  let started: number | null = null
  let last = 0
  for (const event of events) {
    const time = Date.parse(event.time)
    if (event.type === 'state' && event.state === 'running') {
      if (started !== null) milliseconds += last - started
      started = time
    }
    last = time
  }
  if (started !== null) milliseconds += last - started
  const memory = events
    .flatMap((event) => (event.type === 'metrics' ? event.metrics : []))
    .filter(({ name }) => name === 'peakMemoryMb')
    .map(({ value }) => value)
  return { seconds: milliseconds / 1000, peakMemoryMb: memory.length > 0 ? Math.max(...memory) : null }
}

const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits))

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** Stage 1 before stage 2; in a stage pseudo labels after the models, the ensemble last. */
function rank({ stage, model }: EvaluationReport): number {
  const order = typeof model === 'number' ? model : model === 'ensemble' ? 20 : 10
  return stage === 1 && model === 'pseudo' ? 150 : stage * 100 + order
}

function columnTitle({ stage, model }: EvaluationReport, job: TrainJob): string {
  if (model === 'pseudo') return 'pseudo labels'
  if (stage === 0) return 'shared network'
  if (model === 'ensemble') return stage === 1 ? 'POS fused' : 'FOS ensemble'
  return `${stage === 1 ? 'POS' : 'FOS'} ${model} (${job.datasets[model - 1]?.name})`
}

/** Dice over HD95 in mm, organ by model. */
function scoreTable(reports: readonly EvaluationReport[], job: TrainJob): string[] {
  const cell = (report: EvaluationReport, organ: string) => {
    const found = report.organs.find((each) => each.organ === organ)
    if (!found || found.cases === 0) return '-'
    const lost = [
      ...(found.missed > 0 ? [`${found.missed} missed`] : []),
      ...(found.invented > 0 ? [`${found.invented} invented`] : []),
    ]
    return `${number(found.dice, 3)} / ${number(found.hd95Mm, 1)}${lost.length > 0 ? ` (${lost.join(', ')})` : ''}`
  }
  return [
    row(['organ', ...reports.map((report) => columnTitle(report, job))]),
    row(['---', ...reports.map(() => '---')]),
    ...job.organs.map((organ) => row([organ, ...reports.map((report) => cell(report, organ))])),
    row(['**mean Dice**', ...reports.map(({ meanDice }) => `**${number(meanDice, 3)}**`)]),
  ]
}

/**
 * @param reports of any datasets; pseudo labels, which are scored on a reference dataset, stand beside each test set
 * @returns a Markdown section
 */
export function describeRun(job: TrainJob, events: readonly JobEvent[], reports: readonly EvaluationReport[]): string {
  const { seconds, peakMemoryMb } = runCost(events)
  const pseudo = reports.filter(({ model }) => model === 'pseudo')
  const models = reports.filter(({ model }) => model !== 'pseudo')
  const tables = [...new Set(models.map(({ dataset }) => dataset))].flatMap((dataset) => {
    const shown = [...models.filter((report) => report.dataset === dataset), ...pseudo]
    const sorted = shown.sort((a, b) => rank(a) - rank(b))
    const cases = new Set(sorted[0].scores.map(({ caseId }) => caseId)).size
    const spent = sorted.reduce((sum, report) => sum + report.seconds, 0)
    const failures = sorted.reduce((sum, report) => sum + report.failures.length, 0)
    return [
      `\nOn ${dataset}, ${cases} cases: Dice / HD95 in mm, means over cases. All columns took ${spent.toFixed(0)} s.`,
      ...(failures > 0 ? [`**${failures} evaluations of single cases failed.**`] : []),
      ...pseudo.map((report) => `Pseudo labels are scored on ${report.dataset}, where they decided.`),
      '',
      ...scoreTable(sorted, job),
    ]
  })
  const minutes = `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return [
    `## ${job.name}`,
    '',
    '```',
    trainCommand(job),
    '```',
    '',
    row(['seed', 'wall time', 'peak memory', 'cases a dataset', 'versions']),
    row(['---', '---', '---', '---', '---']),
    row([
      String(job.config.seed),
      minutes,
      peakMemoryMb === null ? '-' : `${peakMemoryMb.toFixed(0)} MB`,
      job.datasets.map(({ name, cases }) => `${name} ${cases.length}`).join(', '),
      Object.entries(job.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ]),
    ...tables,
    '',
  ].join('\n')
}
