// What a report says of a dataset and of a job: how many, how large, in which state, set how. No image, label, hash, path or
// volume of an organ.
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import type { Job, JobDataset } from '../../../contract/job.ts'
import type { Settings } from '../../../contract/settings.ts'
import { usableCases } from '../datasets/availability.ts'
import { matrixCells, organsIn } from '../datasets/build-matrix.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import type { ScrubValue } from './scrub-values.ts'

export interface Teller {
  readonly pseudonyms: Pseudonyms
  readonly scrub: ScrubValue
}

export function describeDataset(dataset: Dataset | JobDataset, { pseudonyms, scrub }: Teller): Record<string, unknown> {
  const { name, modality, channels, labels, cases } = dataset
  const cells = matrixCells(organsIn([dataset]), usableCases(dataset))
  return {
    name: pseudonyms.of('dataset', name),
    modality,
    channels: channels.length,
    labels: labels.map(({ organs, mapped, split }) => ({
      organs: scrub(organs, 'organs'),
      mapped,
      split: split?.side,
    })),
    leftOut: 'leftOut' in dataset ? (dataset.leftOut ?? []).length : 0,
    cases: cases.map((entry) => describeCase(entry, { pseudonyms, scrub })),
    states: Object.entries(cells).map(([organ, counts]) => ({ organ: scrub(organ, 'organ'), ...counts })),
    ...('layout' in dataset
      ? { layout: dataset.layout, role: dataset.role, findings: countFindings(dataset.findings) }
      : {}),
  }
}

function describeCase(entry: Case, { pseudonyms, scrub }: Teller): Record<string, unknown> {
  const { id, patient, status, excludedReason, geometry, images, labels } = entry
  return {
    id: pseudonyms.of('case', id),
    patient: pseudonyms.of('patient', patient),
    status,
    excludedReason: scrub(excludedReason),
    shape: geometry?.shape ?? null,
    spacingMm: geometry?.spacingMm ?? null,
    images: images.length,
    labels: labels.length,
  }
}

const countFindings = (findings: readonly Finding[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(findings, ({ code }) => code)].map(([code, all]) => [code, all.length]))

/** run.json, with what names somebody or something left out. */
export function describeJob(job: Job, teller: Teller): Record<string, unknown> {
  const { pseudonyms, scrub } = teller
  const { kind, schemaVersion, createdAt, versions } = job
  const common = { kind, schemaVersion, createdAt, ...(scrub({ versions }) as object) }
  if (kind === 'train' || kind === 'preflight') {
    const { name, preset, method, stages, organs, datasets, config, stage1From, labelsFrom } = job
    return {
      ...common,
      name: kind === 'train' ? pseudonyms.of('run', name) : name,
      preset,
      method,
      stages,
      organs: scrub(organs, 'organs'),
      stage1FromAnotherRun: stage1From !== null,
      labelsFrom: labelsFrom === undefined ? null : pseudonyms.of('dataset', labelsFrom),
      datasets: datasets.map((dataset) => describeDataset(dataset, teller)),
      config: scrub(config),
    }
  }
  if (kind === 'probe') return { ...common, compute: job.compute }
  const use = { stage: job.stage, model: job.model, compute: job.compute }
  if (kind === 'evaluate') {
    const { dataset, nsdToleranceMm, savePredictions } = job
    return { ...common, ...use, dataset: describeDataset(dataset, teller), nsdToleranceMm, savePredictions }
  }
  const inputs = job.inputs.map(({ id, images }) => ({ id: pseudonyms.of('case', id), images: images.length }))
  return { ...common, ...use, inputs, completeTruth: job.completeTruth, formats: job.formats ?? 'default' }
}

const SIZE = /^\d{1,5}[KMGT]?$/i

/** Whether the addresses of a place are set, not what they are. */
export function describeSettings(
  { compute, places, updates }: Settings,
  { pseudonyms }: Teller,
): Record<string, unknown> {
  const isSet = (value: string | readonly string[]): string => (value.length > 0 ? 'set' : 'not set')
  return {
    compute,
    updates,
    places: places.map((place) => {
      const common = { name: pseudonyms.of('place', place.name), kind: place.kind, command: isSet(place.command) }
      if (place.kind === 'ssh') return { ...common, host: isSet(place.host), folder: isSet(place.folder) }
      const { cpus, memory, gres, timeLimitMinutes, warnSeconds, atOnce, partition, account, container } = place
      const words = {
        gres: isSet(gres),
        partition: isSet(partition),
        account: isSet(account),
        container: isSet(container),
      }
      return {
        ...common,
        cpus,
        memory: SIZE.test(memory) ? memory : isSet(memory),
        timeLimitMinutes,
        warnSeconds,
        atOnce,
        ...words,
        modules: place.modules.length,
      }
    }),
  }
}
