// The graphics cards that this job may use. Asked once, before TensorFlow is loaded, which then sees the first alone.
import { listGraphicsCards, visibleCards, type GraphicsCard } from '../runtime/graphics-cards.ts'

let cards: readonly GraphicsCard[] = []

/** Leaves this process one card; processes for the others are given theirs by name. */
export function claimCards(): void {
  cards = visibleCards(listGraphicsCards(), process.env['CUDA_VISIBLE_DEVICES'])
  if (cards.length > 1) process.env['CUDA_VISIBLE_DEVICES'] = cards[0]!.uuid
}

export const jobCards = (): readonly GraphicsCard[] => cards
