// Preprocessed cases in memory, the least recently used dropped first; true and pseudo labels become class sets here.
import { openPreprocessed } from '../preprocessing/preprocessed-store.ts'
import { codebookClasses, type Study } from '../labels/study.ts'
import { BACKGROUND, narrowByPseudo, type ClassSet } from '../labels/label-sets.ts'
import { lowestOf, planesOf } from '../imaging/planes.ts'
import { openPseudoLabels } from '../pseudo-labels/pseudo-label-store.ts'
import type { Shape } from '../../contract/geometry.ts'
import type { TrainingCaseEntry } from './patch.ts'

/** Voxels kept of each organ as patch centres. */
const CENTRES_PER_CLASS = 512

export interface TrainingCase {
  readonly shape: Shape
  /** One a channel: [D, H, W] */
  readonly channels: readonly Float32Array[]
  /** Value outside the scanned volume, of each channel. */
  readonly outside: readonly number[]
  readonly codes: Uint16Array
  /** Code -> classes by true and pseudo labels, and by true labels alone. */
  readonly allSets: readonly ClassSet[]
  readonly trueSets: readonly ClassSet[]
  /** Voxel indices of each class, by true and pseudo labels, and by true labels alone. */
  readonly allCentres: ReadonlyMap<number, Uint32Array>
  readonly trueCentres: ReadonlyMap<number, Uint32Array>
  readonly bytes: number
}

export class CaseCache {
  readonly #study: Study
  readonly #limitBytes: number
  readonly #cases = new Map<string, TrainingCase>()
  #bytes = 0

  constructor(study: Study, limitMb: number) {
    this.#study = study
    this.#limitBytes = limitMb * 1e6
  }

  async get(dataset: number, entry: TrainingCaseEntry): Promise<TrainingCase> {
    const known = this.#cases.get(entry.folder)
    // Taking it out and putting it back makes it the most recently used.
    if (known) this.#cases.delete(entry.folder)
    const loaded = known ?? (await loadCase(this.#study, dataset, entry))
    if (!known) this.#bytes += loaded.bytes
    this.#cases.set(entry.folder, loaded)
    for (const [folder, old] of this.#cases) {
      if (this.#bytes <= this.#limitBytes || folder === entry.folder) break
      this.#cases.delete(folder)
      this.#bytes -= old.bytes
    }
    return loaded
  }
}

/** An organ that a reviewer refused is as one that nobody knows: its voxels stay open, and background may be it. */
function withoutRejected(set: ClassSet, rejected: ClassSet): ClassSet | null {
  if (set.includes(BACKGROUND)) return [...new Set([...set, ...rejected])].sort((a, b) => a - b)
  return set.some((c) => rejected.includes(c)) ? null : set
}

async function loadCase(study: Study, dataset: number, entry: TrainingCaseEntry): Promise<TrainingCase> {
  const stored = await openPreprocessed(entry.folder)
  const caseEntry = study.datasets[dataset]!.cases.find((candidate) => candidate.id === entry.caseId)!
  const trueByLabel = codebookClasses(study, dataset, caseEntry, stored.codebook)
  const pseudo = entry.pseudoFolder === null ? null : await openPseudoLabels(entry.pseudoFolder)
  const { codes, pairs } = combineCodes(stored.labels, pseudo?.codes ?? null)
  const trueSets = pairs.map(([label]) => trueByLabel[label]!)
  const pseudoSets = pseudo?.sets.map((set) => set && withoutRejected(set, entry.rejectedClasses))
  const allSets = pairs.map(([label, pseudoCode]) =>
    narrowByPseudo(trueByLabel[label]!, pseudoSets?.[pseudoCode] ?? null),
  )
  const trueCentres = collectCentres(codes, trueSets)
  return {
    shape: stored.shape,
    channels: planesOf(stored.image, stored.channels),
    outside: lowestOf(stored.image, stored.channels),
    codes,
    allSets,
    trueSets,
    allCentres: pseudo ? collectCentres(codes, allSets) : trueCentres,
    trueCentres,
    bytes: stored.image.byteLength + codes.byteLength,
  }
}

/** Distinct (label code, pseudo code) pairs, numbered as they are met. */
function combineCodes(
  labels: Uint8Array,
  pseudo: Uint8Array | null,
): { codes: Uint16Array; pairs: [number, number][] } {
  const numbers = new Int32Array(1 << 16).fill(-1)
  const pairs: [number, number][] = []
  const codes = new Uint16Array(labels.length)
  for (let v = 0; v < labels.length; v++) {
    const key = (labels[v]! << 8) | (pseudo === null ? 0 : pseudo[v]!)
    if (numbers[key]! < 0) {
      numbers[key] = pairs.length
      pairs.push([key >> 8, key & 255])
    }
    codes[v] = numbers[key]!
  }
  return { codes, pairs }
}

/** Up to CENTRES_PER_CLASS voxels of each organ, evenly over the volume: voxels that are no background and may be it. */
function collectCentres(codes: Uint16Array, sets: readonly ClassSet[]): Map<number, Uint32Array> {
  const organSets = sets.map((set) => (set.includes(0) ? [] : set))
  const counts = new Map<number, number>()
  for (const code of codes) for (const c of organSets[code]!) counts.set(c, (counts.get(c) ?? 0) + 1)
  const centres = new Map([...counts].map(([c, n]) => [c, new Uint32Array(Math.min(n, CENTRES_PER_CLASS))]))
  const seen = new Map<number, number>()
  codes.forEach((code, voxel) => {
    for (const c of organSets[code]!) {
      const index = seen.get(c) ?? 0
      seen.set(c, index + 1)
      const list = centres.get(c)!
      // Voxel index i of n lands in place floor(i * kept / n); the last one to land there stays.
      list[Math.floor((index * list.length) / counts.get(c)!)] = voxel
    }
  })
  return centres
}
