#!/usr/bin/env python3
"""Small files of every kind that src/data/files reads, written by other programs' writers, with what those programs read in them.

Usage: python3 tools/make-data-fixtures.py     (needs numpy and Pillow with WebP)
Writes src/data/files/testing/fixtures/*, and expected.json: for each file what is in it, by its writer.
"""
import gzip, io, json, os, struct, tarfile, wave, zipfile
import numpy as np
from PIL import Image

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'src', 'data', 'files', 'testing', 'fixtures')
os.makedirs(here, exist_ok=True)
expected = {}
rng = np.random.default_rng(7)


def path(name):
    return os.path.join(here, name)


def scene(height, width, colour):
    """Smooth shades with an edge: what JPEG is made for."""
    y, x = np.mgrid[0:height, 0:width]
    base = 40 + 150 * x / width + 40 * (y > height / 2)
    if not colour:
        return base.astype(np.uint8)
    return np.stack([base, 230 - base / 2, 60 + 120 * y / height], axis=-1).astype(np.uint8)


def picture(name, image, **options):
    """Saves, and notes what Pillow reads from the file again, transparent parts laid on white."""
    image.save(path(name), **options)
    read = Image.open(path(name))
    read.load()
    grey = read.mode in ('L', 'LA', '1', 'I;16', 'I')
    if read.mode in ('I;16', 'I'):
        pixels = np.round(np.asarray(read).astype(np.float64) * 255 / 65535).astype(np.uint8)
    elif read.mode in ('LA', 'PA', 'RGBA') or 'transparency' in read.info:
        rgba = np.asarray(read.convert('RGBA')).astype(np.int64)
        alpha = rgba[..., 3:]
        pixels = (rgba[..., :3] * alpha + 255 * (255 - alpha)) / 255
        pixels = np.floor(pixels + 0.5).astype(np.uint8)
        if grey:
            pixels = pixels[..., 0]
    else:
        pixels = np.asarray(read.convert('L' if grey else 'RGB'))
    expected[name] = {'width': read.width, 'height': read.height, 'channels': 1 if grey else 3, 'data': pixels.reshape(-1).tolist()}


colour, grey = scene(19, 23, True), scene(19, 23, False)
picture('colour.jpg', Image.fromarray(colour), quality=90, subsampling=2)
picture('full.jpg', Image.fromarray(colour), quality=95, subsampling=0)
picture('grey.jpg', Image.fromarray(grey), quality=90)
picture('progressive.jpg', Image.fromarray(scene(40, 33, True)), quality=80, progressive=True)
exif = Image.Exif()
exif[0x0112] = 6
picture('turned.jpg', Image.fromarray(colour), quality=90, exif=exif)
Image.fromarray(np.dstack([colour, colour[..., :1]]), 'CMYK').save(path('print.jpg'))
picture('lossy.webp', Image.fromarray(colour), quality=80)
picture('lossless.webp', Image.fromarray(colour), lossless=True)
alpha = np.dstack([colour, np.broadcast_to((np.arange(23) * 11).astype(np.uint8), (19, 23))])
picture('alpha.webp', Image.fromarray(alpha, 'RGBA'), lossless=True, exact=True)
picture('alpha-lossy.webp', Image.fromarray(alpha, 'RGBA'), quality=70, exact=True)
Image.fromarray(colour).save(path('animation.webp'), save_all=True, append_images=[Image.fromarray(255 - colour)])
picture('rgb.png', Image.fromarray(colour))
picture('grey.png', Image.fromarray(grey))
picture('bits.png', Image.fromarray(grey > 128))
picture('rgba.png', Image.fromarray(alpha, 'RGBA'))
picture('grey-alpha.png', Image.fromarray(np.dstack([grey, alpha[..., 3]]), 'LA'))
for colours in (2, 4, 16, 200):
    picture('palette-%d.png' % colours, Image.fromarray(colour).quantize(colours))
picture('palette-clear.png', Image.fromarray(colour).quantize(8), transparency=3)
picture('grey-16.png', Image.fromarray((grey.astype(np.uint16) * 257 + 1)))

# Arrays: every dtype, both orders, empty, scalars.
arrays = {}
for code in ('f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1', 'c8', 'c16'):
    values = rng.integers(0, 2 if code == 'b1' else 100, (2, 3)).astype(code)
    if code[0] == 'c':
        values = values + 1j * np.arange(6).reshape(2, 3)
        values = values.astype(code)
    arrays[code] = values
    arrays[code + '_big'] = values.astype('>' + code)
    arrays[code + '_fortran'] = np.asfortranarray(values)
arrays['empty'], arrays['scalar'] = np.zeros((0, 3), 'f4'), np.array(2.5)
arrays['cube'] = np.asfortranarray(np.arange(24).reshape(2, 3, 4))


def plain(array):
    if array.dtype.kind == 'c':
        array = np.stack([array.real, array.imag], axis=-1)
    return {'shape': list(array.shape), 'data': np.ascontiguousarray(array).reshape(-1).astype(float).tolist()}


np.savez(path('arrays.npz'), **arrays)
expected['arrays.npz'] = {name: plain(array) for name, array in arrays.items()}
np.savez_compressed(path('packed.npz'), x=np.zeros((20, 7), 'f4'), y=np.arange(20))
np.save(path('x.npy'), np.arange(12, dtype='f4').reshape(4, 3))
np.save(path('y.npy'), np.array([0, 1, 0, 1]))

# safetensors, by the format's description.
tensors = [('f64', 'F64', '<f8'), ('f32', 'F32', '<f4'), ('f16', 'F16', '<f2'), ('i64', 'I64', '<i8'), ('i32', 'I32', '<i4'), ('i16', 'I16', '<i2'), ('i8', 'I8', 'i1'), ('u64', 'U64', '<u8'), ('u32', 'U32', '<u4'), ('u16', 'U16', '<u2'), ('u8', 'U8', 'u1'), ('bool', 'BOOL', 'u1')]
header, body, known = {'__metadata__': {'made': 'by hand'}}, b'', {}
for name, dtype, code in tensors:
    values = np.array([[0, 1, 1], [1, 0, 1]]).astype(code) if dtype == 'BOOL' else (rng.integers(0, 100, (2, 3)) - (0 if dtype[0] == 'U' else 50)).astype(code)
    header[name] = {'dtype': dtype, 'shape': [2, 3], 'data_offsets': [len(body), len(body) + values.nbytes]}
    body += values.tobytes()
    known[name] = plain(values)
half = np.array([1.5, -2.0, 3.140625], '<f4')
upper = (half.view('<u4') >> 16).astype('<u2')
header['bf16'] = {'dtype': 'BF16', 'shape': [3], 'data_offsets': [len(body), len(body) + upper.nbytes]}
body += upper.tobytes()
known['bf16'] = plain((upper.astype('<u4') << 16).view('<f4'))
text = json.dumps(header).encode()
with open(path('all.safetensors'), 'wb') as file:
    file.write(struct.pack('<Q', len(text)) + text + body)
expected['all.safetensors'] = known

# Sounds.
tone = [0.0, 0.5, -0.5, 0.25]
with wave.open(path('stereo.wav'), 'wb') as file:
    file.setnchannels(2); file.setsampwidth(2); file.setframerate(8000)
    file.writeframes(b''.join(struct.pack('<hh', int(v * 32768), 0) for v in tone))
expected['stereo.wav'] = {'rate': 8000, 'samples': [v / 2 for v in tone]}

# Archives: CIFAR's batches in a tar.gz, pictures in a zip.
def batch(count, first):
    return b''.join(bytes([(first + i) % 10]) + bytes([(first + i) % 256]) * 1024 + bytes([(2 * i + first) % 256]) * 1024 + bytes([p % 256 for p in range(1024)]) for i in range(count))
with tarfile.open(path('cifar-10-binary.tar.gz'), 'w:gz', format=tarfile.GNU_FORMAT) as tar:
    for name, content in (('data_batch_1.bin', batch(4, 0)), ('data_batch_2.bin', batch(3, 4)), ('test_batch.bin', batch(2, 7)), ('batches.meta.txt', b'\n'.join(('kind%d' % i).encode() for i in range(10)) + b'\n\n'), ('readme.html', b'<p>')):
        entry = tarfile.TarInfo('cifar-10-batches-bin/' + name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
with tarfile.open(path('long.tar'), 'w', format=tarfile.PAX_FORMAT) as tar:
    for name in ('a' * 120 + '/data_batch_1.bin',):
        content = batch(1, 3)
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
with zipfile.ZipFile(path('folders.zip'), 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, source in (('set/train/cat/1.png', 'rgb.png'), ('set/train/cat/2.jpg', 'colour.jpg'), ('set/train/dog/1.webp', 'lossless.webp'), ('set/test/dog/3.png', 'rgba.png'), ('set/train/dog/.hidden.png', 'rgb.png'), ('set/readme.txt', None)):
        archive.writestr(name, open(path(source), 'rb').read() if source else b'hello')

# Tables, text, records.
with open(path('table.csv'), 'w', newline='') as file:
    file.write('species,size,island,"mass, g"\r\n"A, big",1.5,Biscoe,10\r\nB,2.5,Dream,NA\r\n"A, big",1e-1,"Say ""hi""\nthere",-3\r\n')
with open(path('table.tsv'), 'w') as file:
    file.write('1\t2\t0\n3\t4\t1\n')
with open(path('mark.txt'), 'wb') as file:
    file.write('\ufeffÄrger und Öl\n日本語\n'.encode('utf-8'))
with open(path('wide.txt'), 'wb') as file:
    file.write('hello Ä'.encode('utf-16'))
with gzip.GzipFile(path('packed.txt.gz'), 'wb', mtime=0) as file:
    file.write('to be or not to be\n'.encode() * 50)
with open(path('records.jsonl'), 'w') as file:
    for i in range(6):
        file.write(json.dumps({'x': [i, i * 0.5], 'y': i % 2}) + '\n')
with open(path('texts.jsonl'), 'w') as file:
    for word, label in (('good day', 'yes'), ('bad "night"', 'no'), ('fine', 'yes')):
        file.write(json.dumps({'text': word, 'label': label}) + '\n')
with gzip.GzipFile(path('images-idx3-ubyte.gz'), 'wb', mtime=0) as file:
    file.write(struct.pack('>IIII', 0x803, 3, 4, 5) + bytes(range(60)))
with gzip.GzipFile(path('labels-idx1-ubyte.gz'), 'wb', mtime=0) as file:
    file.write(struct.pack('>II', 0x801, 3) + bytes([2, 0, 1]))

with open(path('expected.json'), 'w') as file:
    json.dump(expected, file)
print(sum(os.path.getsize(path(name)) for name in os.listdir(here)), 'bytes in', len(os.listdir(here)), 'files')
