// What the keys and the buttons of the viewer do.
import { ElMessage } from 'element-plus'
import { useRouter } from 'vue-router'
import { download } from '../../viewer/png.ts'
import { planeAxes } from '../../viewer/planes.ts'
import { CT_PRESETS, type Window } from '../../viewer/windows.ts'
import { useCaseStore } from './case-store.ts'
import { findMostMarked, findWorstSlice, type ComparedLayer } from './find-worst-slice.ts'
import type { Action } from './keys.ts'
import { useLooksStore } from './looks-store.ts'
import { takeSnapshot } from './snapshots.ts'
import { stepAcross } from './use-slice-pointer.ts'

const FAR = 100_000
const PAGE = 10

export interface CaseActions {
  readonly run: (action: Action) => void
  readonly setWindow: (window: Window) => void
  /** @returns whether the key is one of the window presets, which then is used */
  readonly presetByKey: (key: string) => boolean
}

/** @param frame the element around all panes @param help opens the keyboard map */
export function useCaseActions(frame: () => HTMLElement | null, help: () => void): CaseActions {
  const store = useCaseStore()
  const looks = useLooksStore()
  const router = useRouter()

  const step = (steps: number): void => store.moveTo(stepAcross(store.cross, looks.plane, steps))

  function openCase(id: string | null | undefined): void {
    if (!id || !store.view) return
    const { query } = router.currentRoute.value
    void router.push({ name: 'case', params: { dataset: store.view.dataset, caseId: id }, query })
  }

  function zoom(factor: number): void {
    const { zoom: before, panMm } = store.views[looks.plane]
    store.setView(looks.plane, { zoom: Math.min(40, Math.max(0.2, before * factor)), panMm })
  }

  const comparedOf = (id: string | null): ComparedLayer | null => {
    const layer = id === null ? null : store.layerOf(id)
    const volume = id === null ? null : store.loaded.get(id)?.volume
    return layer && volume?.data ? { layer, volume } : null
  }

  async function goToWorstSlice(): Promise<void> {
    const ids = [store.active, ...store.shown].filter((id): id is string => id !== null && id !== 'truth')
    const other = ids.find((id) => ['prediction', 'pseudo', 'disagreement'].includes(store.layerOf(id)?.kind ?? ''))
    if (other === undefined || !store.image) {
      ElMessage.info('Show a prediction, pseudo labels or a disagreement first: it is compared with the true labels.')
      return
    }
    await Promise.all([store.ensureLoaded('truth'), store.ensureLoaded(other)])
    const [truth, compared] = [comparedOf('truth'), comparedOf(other)]
    const marked = compared?.layer.kind === 'disagreement'
    const slice = !compared
      ? null
      : marked
        ? findMostMarked(compared, looks.plane)
        : truth && findWorstSlice(truth, compared, looks.plane)
    if (slice === null) {
      ElMessage.info('There is no difference to go to: they agree, or share no organ.')
      return
    }
    const { across } = planeAxes[looks.plane]
    store.moveTo(stepAcross(store.cross, looks.plane, slice - store.cross[across]))
  }

  async function saveScreenshot(): Promise<void> {
    const element = frame()
    if (!element || !store.view) return
    const name = `${store.view.dataset}-${store.view.case.id}.png`.replaceAll(/[^\w.-]+/g, '_')
    download(await takeSnapshot(element), name)
  }

  function toggleOutline(): void {
    const layers = store.shown.flatMap((id) => store.layerOf(id) ?? [])
    const filled = layers.some((layer) => looks.styleOf(layer).mode !== 'outline')
    looks.setMode(filled ? 'outline' : 'fill', layers)
  }

  const actions: Record<Action, () => void> = {
    'slice-up': () => step(1),
    'slice-down': () => step(-1),
    'page-up': () => step(PAGE),
    'page-down': () => step(-PAGE),
    'first-slice': () => step(-FAR),
    'last-slice': () => step(FAR),
    'next-case': () => openCase(store.view?.next),
    'previous-case': () => openCase(store.view?.previous),
    axial: () => void (looks.plane = 'axial'),
    coronal: () => void (looks.plane = 'coronal'),
    sagittal: () => void (looks.plane = 'sagittal'),
    maximise: () => void (looks.layout = looks.layout === 'single' ? 'planes' : 'single'),
    'side-by-side': () => void (looks.layout = looks.layout === 'side-by-side' ? 'planes' : 'side-by-side'),
    surfaces: () => void (looks.surfaces = !looks.surfaces),
    'zoom-in': () => zoom(1.25),
    'zoom-out': () => zoom(0.8),
    reset: () => store.resetViews(),
    crosshair: () => void (looks.crossVisible = !looks.crossVisible),
    channel: () => void store.showChannel((store.channel + 1) % (store.view?.channels.length ?? 1)),
    labels: () => void (looks.labelsVisible = !looks.labelsVisible),
    outline: toggleOutline,
    'worst-slice': () => void goToWorstSlice(),
    screenshot: () => void saveScreenshot(),
    'automatic-window': () => {
      if (store.image) store.window = store.image.header.window
    },
    help,
  }

  return {
    run: (action) => actions[action](),
    setWindow: (window) => void (store.window = window),
    presetByKey(key) {
      const preset = CT_PRESETS.find((each) => each.key === key)
      if (!preset || store.modality !== 'CT') return false
      store.window = { centre: preset.centre, width: preset.width }
      return true
    },
  }
}
