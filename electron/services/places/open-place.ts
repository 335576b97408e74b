// From a place's description to what it can do.
import type { Place } from '../../../contract/place.ts'
import { localPlace } from './local-place.ts'
import type { PlaceWork } from './place.ts'
import { sshPlace } from './ssh/ssh-place.ts'
import { slurmPlace } from './slurm/slurm-place.ts'

/** @param place null: this machine */
export function openPlace(place: Place | null): PlaceWork {
  if (place === null) return localPlace
  return place.kind === 'slurm' ? slurmPlace(place) : sshPlace(place)
}
