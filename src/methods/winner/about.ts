import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A SIREN is a small network of sine layers that learns a signal: time goes in, loudness comes out. At the start its layers carry power only at low frequencies. If the target has none there, gradients find nothing to hold on to, and the output collapses to zero, although the network could represent the target. The authors call this the spectral bottleneck.',
    'The remedy is a single draw of noise before training. The spectral centroid of the target, its average frequency, sets how much: S0 for the first weight matrix and S1 for the second. Everything is then trained as usual. The perturbed network is called SIREN²; it has no more params than before.',
    'Watch the spectrum picture: the grey target, and in colour what layer 2 and the last layer carry before training. SIREN carries nothing in the band of the target in any layer. With the published constant the second layer of SIREN² already covers the band; with S0max scaled to a short signal the second layer stays low, and the later ones spread into it. Move S0 and S1 in the preview, and the curves move.',
  ],
  equations: [
    { tex: 'h_1 = \\sin\\bigl(\\omega_1 (W_0 x + b_0)\\bigr),\\quad h_{l+1} = \\sin\\bigl(\\omega_0 (W_l h_l + b_l)\\bigr),\\quad \\hat y = W_L h_L + b_L', says: 'L sine layers, and a linear one.' },
    { tex: '\\psi = 2\\,\\frac{\\sum_k q_k |\\hat y_k|}{\\sum_k |\\hat y_k|},\\quad q_k = k/N', says: 'The spectral centroid: 0 for a constant, about one half for white noise, 1 at Nyquist.' },
    { tex: 'S_0 = S_{0}^{\\max}\\bigl(1 - e^{-a\\psi/C}\\bigr),\\qquad S_1 = b\\,\\psi/C', says: 'Two noise scales from the centroid; C channels.' },
    { tex: 'W_0 \\leftarrow W_0 + \\tfrac{S_0}{\\omega_0}\\,\\varepsilon_0,\\qquad W_1 \\leftarrow W_1 + \\tfrac{S_1}{\\omega_0}\\,\\varepsilon_1,\\qquad \\varepsilon \\sim \\mathcal N(0,1)', says: 'Once, before training. No other matrix and no bias is touched.' },
  ],
  caveats: [
    'The constants 3500 (audio) and 50 (images) belong to 150,000 samples and 512 pixels. At N = 2048 Nyquist is only about 3,200 radians per unit of x, so 3500 aliases: it fits the samples and interpolates garbage. S0max is scaled here with N, which is our scaling; the arm "SIREN², S0max as published" keeps the constant.',
    'Paper and code differ: the paper has a = 5 and divides by the square root of C, the current code has a = 7 for audio and divides by C. The code is followed.',
    'First-layer noise is no small perturbation: its standard deviation S0/30 can exceed the base range of ±1 many times over.',
    'For images the authors’ script takes the centroid of the row-major pixel sequence, not the mean over rows, and divides by C twice for colour. That is the default here; the row-wise centroid is a knob.',
    'The authors report the best epoch, but their script keeps a reference, so it is really the last one. The last is reported here.',
    'Random Fourier features use a standard deviation of 10 cycles per unit, a common choice that ignores the target.',
  ],
};
