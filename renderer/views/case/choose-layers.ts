// What is shown first when a case is opened: what its address asks for, else the true labels.
import type { CaseView, Layer } from '../../../contract/api/volumes.ts'

/** From the address: ?run=NAME&organ=ID&layer=ID */
export interface CaseWishes {
  readonly run: string | null
  readonly organ: string | null
  readonly layer: string | null
}

const USEFUL: readonly Layer['kind'][] = ['prediction', 'pseudo', 'disagreement', 'provenance']

/** A run's layer comes with the truth below it, so that both can be compared at once. */
export function chooseLayers(view: CaseView, wishes: CaseWishes): { ids: string[]; activeId: string | null } {
  const labels = view.layers.filter(({ kind }) => kind !== 'image')
  const truth = labels.find(({ kind }) => kind === 'truth')
  const wanted = labels.find(({ id }) => id === wishes.layer) ?? bestOfRun(labels, wishes.run)
  const chosen = wanted ?? truth ?? labels[0]
  const ids = [truth, chosen].flatMap((layer) => (layer ? [layer.id] : []))
  return { ids: [...new Set(ids)], activeId: chosen?.id ?? null }
}

/** The ensemble of the last stage where it was evaluated, else whatever the run left. */
function bestOfRun(labels: readonly Layer[], run: string | null): Layer | undefined {
  const rank = (layer: Layer): number =>
    USEFUL.indexOf(layer.kind) * 100 - (layer.stage ?? 0) * 10 - (layer.model === 'ensemble' ? 5 : 0)
  return labels.filter((layer) => layer.run === run && run !== null).sort((a, b) => rank(a) - rank(b))[0]
}
