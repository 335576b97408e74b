export const tf = await import('@tensorflow/tfjs')
