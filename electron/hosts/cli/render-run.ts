// Runs as text.
import type { RunDetail, RunSummary } from '../../../contract/commands.ts'
import { describeDevices } from '../../../contract/device.ts'
import type { JobState } from '../../../contract/job.ts'
import { describeWord } from '../../../contract/place.ts'
import { describeOffer } from '../../services/runs/memory-offer.ts'
import { plannedStages } from '../../../contract/planned-stages.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import { describeProgress } from './progress-line.ts'
import { score, table, type Style } from './text.ts'

const shownFindings = 10

/** @example 'first  finished  standard, stages 1,2  Dice 0.781 in validation  /home/me/OrganMosaic/runs/first' */
export function renderRunLine(summary: RunSummary, style: Style): string {
  const parts = [
    style.bold(summary.name),
    paintState(summary.state, style),
    `${summary.preset}, stages ${summary.stages}`,
    ...(summary.validationDice === null ? [] : [`Dice ${score(summary.validationDice)} in validation`]),
    summary.folder,
  ]
  return parts.join('  ')
}

export function renderRuns(runs: readonly RunSummary[], style: Style): string {
  if (runs.length === 0) return 'No run yet; organ-mosaic train starts one.'
  const rows = runs.map((run) => [
    run.name,
    run.state,
    run.preset,
    run.stages,
    run.datasets.join(', '),
    score(run.validationDice),
    run.place?.name ?? '',
    whatGoesOn(run),
  ])
  return table(['run', 'state', 'preset', 'stages', 'datasets', 'Dice', 'place', 'progress'], rows, style)
}

/** What a place says of a job that waits, or how far one is that runs. */
function whatGoesOn({ state, place, progress }: RunSummary): string {
  if (state === 'queued' && place) return describeWord(place)
  const said = state === 'running' ? (place?.reason ?? '') : ''
  return state === 'running' && progress ? `${describeProgress(progress)}${said && `; ${said}`}` : said
}

export function renderRun(detail: RunDetail, style: Style): string {
  const { summary, error, findings, checkpoints, evaluations } = detail
  const lines = [
    renderRunLine(summary, style),
    `datasets  ${summary.datasets.map((name, index) => `${index + 1} ${name}`).join(', ')}`,
    `organs    ${summary.organs.join(', ')}`,
  ]
  if (detail.stage1From !== null) lines.push(`stage 1   of ${detail.stage1From}`)
  if (summary.state === 'running' && summary.progress) lines.push(`progress  ${describeProgress(summary.progress)}`)
  if (summary.place) lines.push(`place     ${describeWord(summary.place)}`)
  if (detail.devices.length > 0) lines.push(`device    ${describeDevices(detail.devices)}`)
  if (detail.memoryOffer) lines.push(`${style.yellow('memory')}    ${describeOffer(summary.name, detail.memoryOffer)}`)
  if (error !== null) lines.push(`${style.red('failed')}    ${error}`)
  if (checkpoints.length > 0) {
    const turn = ({ stage }: { stage: number }): number => plannedStages(summary.stages).findIndex((s) => s === stage)
    const last = checkpoints
      .map(({ stage, step }) => ({ stage, step }))
      .sort((a, b) => turn(b) - turn(a) || b.step - a.step)[0]
    lines.push(`last checkpoint  stage ${last.stage}, step ${last.step}`)
  }
  for (const stage of plannedStages(summary.stages)) lines.push(...renderValidation(detail, stage, style))
  if (evaluations.length > 0) {
    const rows = evaluations.map((each) => [each.dataset, String(each.stage), String(each.model), score(each.meanDice)])
    lines.push('', table(['evaluated on', 'stage', 'model', 'Dice'], rows, style))
  }
  const shown = findings.slice(0, shownFindings)
  if (shown.length > 0) lines.push('', ...shown.map(({ severity, message }) => `${style.yellow(severity)}  ${message}`))
  if (findings.length > shown.length) lines.push(`... and ${findings.length - shown.length} more; --json lists all.`)
  return lines.join('\n')
}

/** The latest validation Dice, organs by models. */
function renderValidation({ latestMetrics, summary }: RunDetail, stage: StageNumber, style: Style): string[] {
  const scores = latestMetrics.filter((metric) => metric.name === 'validation.dice' && metric.stage === stage)
  if (scores.length === 0) return []
  const models = stage === 0 ? ['the one network'] : summary.datasets
  const rows = summary.organs.map((organ) => [
    organ,
    ...models.map((_, index) =>
      score(scores.find((metric) => metric.model === index + 1 && metric.organ === organ)?.value ?? null),
    ),
  ])
  return ['', table([`Dice in validation, stage ${stage}`, ...models], rows, style)]
}

function paintState(state: JobState, style: Style): string {
  if (state === 'finished') return style.green(state)
  if (state === 'failed' || state === 'interrupted') return style.red(state)
  return style.yellow(state)
}
